// Writes the vectors as files, for the fuzz target's replay: node corpus.mjs DIR
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { bad, good } from './vectors.mjs'

const dir = process.argv[2]
mkdirSync(dir, { recursive: true })
for (const [i, vector] of [...bad, ...good].entries()) writeFileSync(path.join(dir, String(i)), vector.bytes)
