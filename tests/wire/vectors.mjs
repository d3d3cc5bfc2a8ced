// Requests as raw bytes: those that have one meaning, and those that must be
// refused. Used against the layer alone (wire.test.mjs) and the real front.
// Strings are latin1: one character is one byte.

const HOST = 'Host: desk.example\r\n'
const POST = 'POST /echo HTTP/1.1\r\n' + HOST
const GET = 'GET /echo HTTP/1.1\r\n' + HOST
const CHUNKS = '5\r\nhello\r\n0\r\n\r\n'
const SYNTAX = [400]
const ANY_REFUSAL = [400, 413, 414, 417, 431, 501, 505]

/** What must stand behind a bad vector and never be interpreted. */
export const CANARY = 'GET /canary HTTP/1.1\r\nHost: desk.example\r\n\r\n'

const hex = (byte) => '0x' + byte.toString(16).padStart(2, '0')
const show = (text) => JSON.stringify(text.length > 60 ? `${text.slice(0, 50)}... of ${text.length}` : text)

export const bad = []
export const good = []

function refuse(name, bytes, status = SYNTAX, more = {}) {
  bad.push({ name, bytes: Buffer.from(bytes, 'latin1'), status, ...more })
}

// ---- lengths

for (const [value, status] of [
  ['+5'], ['-5'], ['-0'], ['-1'], ['5 5'], ['5,5'], ['5, 5'], ['5;5'], ['0x5'], ['5h'], ['5.0'], ['5e0'], ['1e1'],
  ['"5"'], ["'5'"], ['05'], ['00'], ['0000005'], ['5\x00'], ['\x005'], ['5\x00 99'], ['5\x0b'], ['\x0b5'], ['5\x0c'],
  ['\t5'], ['5\t'], ['5 \t'], [''], ['   '], [',5'], ['5,'], ['five'], ['0b101'], ['0o5'], ['5_0'], ['\xa05'],
  ['5\x85'], ['5\x7f'], ['(5)'], ['5 (comment)'], ['5\r5'], ['\xef\xbb\xbf5'], ['5%'], ['%35'], ['5#'], ['*'], ['5/5'],
  ['65537', [413]], ['4294967301', [413]], ['18446744073709551621', [413]], ['9223372036854775808', [413]],
  ['99999999999999999999999999999999', [413]], ['1000000', [413]], ['-18446744073709551611'],
]) {
  refuse(`content-length ${show(value)}`, `${POST}Content-Length: ${value}\r\n\r\nhello`, status)
}
refuse('content-length twice, the same', `${POST}Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello`)
refuse('content-length twice, small first', `${POST}Content-Length: 0\r\nContent-Length: 5\r\n\r\nhello`)
refuse('content-length twice, large first', `${POST}Content-Length: 5\r\nContent-Length: 0\r\n\r\nhello`)
refuse('content-length twice, other case', `${POST}Content-Length: 5\r\ncONTENT-lENGTH: 4\r\n\r\nhello`)
refuse('content-length twice, apart', `${POST}Content-Length: 5\r\nAccept: */*\r\nX: y\r\nContent-Length: 5\r\n\r\nhello`)
refuse('content-length thrice', `${POST}${'Content-Length: 5\r\n'.repeat(3)}\r\nhello`)
refuse('content-length folded', `${POST}Content-Length:\r\n 5\r\n\r\nhello`)
refuse('content-length folded in the digits', `${POST}Content-Length: 1\r\n 5\r\n\r\nhello`)

for (const name of [
  'Content-Length ', 'Content-Length\t', ' Content-Length', '\tContent-Length', 'Content-Length\x00', '\x00Content-Length',
  'Content-Length\x0b', 'Content Length', 'Content-Length;', '"Content-Length"', 'Content-Length\xa0', 'Content-Length\r',
  '(Content-Length)', 'Content-Length\x7f', 'Content-Length/', '[Content-Length]', 'Content-Length=', 'Content-Length,',
  'Content-\xadLength', 'X: y\rContent-Length', 'X: y\nContent-Length',
]) {
  refuse(`length under the name ${show(name)}`, `${POST}${name}: 5\r\n\r\nhello`)
}

// ---- transfer codings, alone and against a length (TE.TE, CL.TE, TE.CL)

const CODINGS = [
  ['identity', [501]], ['gzip', [501]], ['compress', [501]], ['deflate', [501]], ['trailers', [501]], ['cow', [501]],
  ['gzip, chunked', [501]], ['chunked, gzip', [501]], ['chunked, chunked', [501]], ['chunked,identity', [501]],
  ['identity, chunked', [501]], ['xchunked', [501]], ['chunkedx', [501]], ['chunk', [501]], ['chunked;q=1', [501]],
  ['chunked; foo', [501]], ['"chunked"', [501]], ["'chunked'", [501]], ['chunked,', [501]], [',chunked', [501]],
  ['chunked chunked', [501]], ['c hunked', [501]], ['chunked 0', [501]], ['x chunked', [501]], ['chun\x00ked', SYNTAX],
  ['chunked\x00', SYNTAX], ['chunked\x00x', SYNTAX], ['\x0bchunked', SYNTAX], ['\x0cchunked', SYNTAX],
  ['chunked\x0b', SYNTAX], ['\tchunked', SYNTAX], ['chunked\t', SYNTAX], ['', SYNTAX], ['\xef\xbb\xbfchunked', SYNTAX],
  ['chunked\x85', SYNTAX], ['chunked\xa0', SYNTAX], ['\x1fchunked', SYNTAX], ['chunked\x7f', SYNTAX],
  ['chunked\rX: y', SYNTAX], ['\rchunked', SYNTAX],
]
for (const [value, status] of CODINGS) {
  refuse(`transfer-encoding ${show(value)}`, `${POST}Transfer-Encoding: ${value}\r\n\r\n${CHUNKS}`, status)
  refuse(`transfer-encoding ${show(value)} after a length`,
    `${POST}Content-Length: 5\r\nTransfer-Encoding: ${value}\r\n\r\n${CHUNKS}`, [400, 501])
  refuse(`transfer-encoding ${show(value)} before a length`,
    `${POST}Transfer-Encoding: ${value}\r\nContent-Length: ${CHUNKS.length}\r\n\r\n${CHUNKS}`, [400, 501])
}
for (const name of [
  'Transfer-Encoding ', 'Transfer-Encoding\t', ' Transfer-Encoding', '\tTransfer-Encoding', 'Transfer-Encoding\x00',
  '\x00Transfer-Encoding', 'Transfer-Encoding\x0b', 'Transfer Encoding', 'Transfer-Encoding\r', 'Transfer-Encoding\xa0',
  'Transfer\x00-Encoding', 'Transfer-Encoding;', 'X: y\rTransfer-Encoding', 'X: y\nTransfer-Encoding',
  'X: y\r\n Transfer-Encoding', '\x01Transfer-Encoding', 'Transfer-Encoding\x1f',
]) {
  refuse(`coding under the name ${show(name)}`, `${POST}Content-Length: 5\r\n${name}: chunked\r\n\r\n${CHUNKS}`)
}
for (const [one, two] of [
  ['chunked', 'chunked'], ['chunked', 'identity'], ['chunked', 'cow'], ['chunked', ''], ['CHUNKED', 'chunked'],
]) {
  refuse(`two transfer-encodings, ${one} and ${show(two)}`,
    `${POST}Transfer-Encoding: ${one}\r\nTransfer-encoding: ${two}\r\n\r\n${CHUNKS}`)
}
refuse('two transfer-encodings, identity first',
  `${POST}Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKS}`, [400, 501])
refuse('transfer-encoding folded', `${POST}Transfer-Encoding:\r\n chunked\r\n\r\n${CHUNKS}`)
refuse('transfer-encoding folded by a tab', `${POST}Transfer-Encoding:\r\n\tchunked\r\n\r\n${CHUNKS}`)
refuse('transfer-encoding folded after', `${POST}Transfer-Encoding: chunked\r\n , identity\r\n\r\n${CHUNKS}`)
refuse('CL.TE, a prefix left over',
  `${POST}Content-Length: 13\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nSMUGGLED`)
refuse('CL.TE, a request left over',
  `${POST}Content-Length: 49\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${CANARY}`)
refuse('TE.CL, a request in a chunk',
  `${POST}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n2d\r\n${CANARY}\r\n0\r\n\r\n`)
refuse('TE.CL, length zero', `${POST}Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n${CHUNKS}`)
refuse('TE.CL, both right', `${POST}Transfer-Encoding: chunked\r\nContent-Length: 15\r\n\r\n${CHUNKS}`)
refuse('TE and two lengths',
  `${POST}Content-Length: 3\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n${CHUNKS}`)
refuse('chunked in HTTP/1.0', `POST /echo HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n${CHUNKS}`)
refuse('chunked in HTTP/1.0, kept alive',
  `POST /echo HTTP/1.0\r\n${HOST}Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKS}`)
refuse('chunked and a length in HTTP/1.0',
  `POST /echo HTTP/1.0\r\n${HOST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKS}`)

// ---- bodies where none belongs (CL.0, 0.CL), early answers

for (const method of ['GET', 'HEAD', 'DELETE', 'OPTIONS']) {
  refuse(`${method} with a length`, `${method} /echo HTTP/1.1\r\n${HOST}Content-Length: 5\r\n\r\nhello`, [400, 413])
  refuse(`${method} with a request as its body`,
    `${method} /echo HTTP/1.1\r\n${HOST}Content-Length: ${CANARY.length}\r\n\r\n${CANARY}`, [400, 413])
  refuse(`${method} with chunks`, `${method} /echo HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n${CHUNKS}`)
  refuse(`${method} with no chunks`, `${method} /echo HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)
  refuse(`${method} with a huge length`,
    `${method} /echo HTTP/1.1\r\n${HOST}Content-Length: 99999999999\r\n\r\n`, [400, 413])
}
refuse('0.CL, length hidden by a fold', `${GET}Content-Length:\r\n 45\r\n\r\n`)
refuse('0.CL, length hidden by a space', `${GET}Content-Length : 45\r\n\r\n`)
refuse('0.CL, expecting', `GET /con HTTP/1.1\r\n${HOST}Content-Length: 45\r\nExpect: 100-continue\r\n\r\n`)
refuse('0.CL, expecting in bad words',
  `POST /echo HTTP/1.1\r\n${HOST}Expect: y 100-continue\r\nContent-Length: 45\r\n\r\n`, [417])

// ---- what a proxy makes of HTTP/2

refuse('h2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00', [400, 505])
refuse('h2 preface, half', 'PRI * HTTP/2.0\r\n\r\n', [400, 505])
refuse('h2 frames', '\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64')
for (const name of [':method', ':path', ':authority', ':scheme', ':']) {
  refuse(`pseudo-header ${name}`, `${GET}${name}: /x\r\n\r\n`)
}
refuse('h2.CL: length 0 and a body',
  `${POST}Content-Length: 0\r\nContent-Length: 45\r\n\r\n${CANARY}`)
refuse('h2.TE: coding left in', `${POST}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n${CHUNKS}`)
refuse('h2: line end in a value', `${GET}foo: b\r\n\tx\r\n\r\n`)
refuse('h2: bare LF in a value', `${GET}foo: b\nContent-Length: 45\r\n\r\n`)
refuse('h2: line end in a name', `${GET}foo\r\nContent-Length: 45\r\n\r\n`)
refuse('h2: request line in the method', `GET / HTTP/1.1\r\nHost: a\r\nX: GET /echo HTTP/1.1\nHost: b\r\n\r\n`)
refuse('h2: space in the path', `GET /echo HTTP/1.1 x HTTP/1.1\r\n${HOST}\r\n`)
refuse('h2: authority with user', `GET /echo HTTP/1.1\r\nHost: desk.example@evil\r\n\r\n`)
refuse('h2: host and authority', `${GET}Host: evil.example\r\n\r\n`)

// ---- expectations

for (const [value, status] of [
  ['200-ok', [417]], ['100-continue, x', [417]], ['', [417]], ['y 100-continue', [417]], ['100', [417]],
  ['100-continue;q=1', [417]], ['x=y', [417]], ['"100-continue"', [417]], ['100-continue\x00', SYNTAX],
  ['\x0b100-continue', SYNTAX], ['100-continue\xa0', SYNTAX],
]) {
  refuse(`expect ${show(value)}`, `${POST}Content-Length: 5\r\nExpect: ${value}\r\n\r\nhello`, status)
}
refuse('expect twice', `${POST}Content-Length: 5\r\nExpect: 100-continue\r\nExpect: 100-continue\r\n\r\nhello`)
refuse('expect, space before the colon', `${POST}Content-Length: 5\r\nExpect : 100-continue\r\n\r\nhello`)
refuse('expect, folded', `${POST}Content-Length: 5\r\nExpect: 100-\r\n continue\r\n\r\nhello`, [400, 417])
refuse('expect and too much', `${POST}Content-Length: 99999999\r\nExpect: 100-continue\r\n\r\n`, [413])
refuse('expect and contradicting lengths',
  `${POST}Content-Length: 5\r\nExpect: 100-continue\r\nContent-Length: 6\r\n\r\n`)

// ---- chunks

const chunked = (name, body, status) => refuse(`chunks: ${name}`, `${POST}Transfer-Encoding: chunked\r\n\r\n${body}`, status)
for (const size of [
  '0x5', '0X5', '+5', '-5', '-0', ' 5', '\t5', '5 ', '5\t', '5 junk', '5 ;a=b', '5\x00', '5\x00;x', '\x005', 'g', '',
  '000000005', '100000000', 'FFFFFFFFFFFFFFFFF', '5.', '5,5', '5\x0b', '5\xa0', '\xef\xbc\x955', '0_5', '5h', '"5"', '5=a',
  '5:', '5#', '5%', '5\r5', '5\r', ';', ';5', ';a=b', '5;a\x00b', '5;a\tb', '5;a\x7f', '5;\x80', '5;a\nb', '5;a\rb',
  `5;${'a'.repeat(64)}`, `5;${'a'.repeat(5000)}`,
]) {
  chunked(`size ${show(size)}`, `${size}\r\nhello\r\n0\r\n\r\n`)
}
for (const size of ['ffffffff', '80000000', '10001', '7fffffff', 'FFFFFFFF;a']) {
  chunked(`size ${size}`, `${size}\r\nhello\r\n0\r\n\r\n`, [413])
}
for (const [name, body] of [
  ['bare LF after the size', '5\nhello\r\n0\r\n\r\n'],
  ['bare CR after the size', '5\rhello\r\n0\r\n\r\n'],
  ['bare LF after the data', '5\r\nhello\n0\r\n\r\n'],
  ['bare CR after the data', '5\r\nhello\r0\r\n\r\n'],
  ['nothing after the data', '5\r\nhello0\r\n\r\n'],
  ['more data than said', '5\r\nhello!\r\n0\r\n\r\n'],
  ['less data than said', '6\r\nhello\r\n0\r\n\r\n'],
  ['two CR after the data', '5\r\nhello\r\r\n0\r\n\r\n'],
  ['two LF after the data', '5\r\nhello\n\n0\r\n\r\n'],
  ['LF CR after the data', '5\r\nhello\n\r0\r\n\r\n'],
  ['empty line before the size', '\r\n5\r\nhello\r\n0\r\n\r\n'],
  ['empty line between', '5\r\nhello\r\n\r\n0\r\n\r\n'],
  ['end with bare LF', '5\r\nhello\r\n0\n\n'],
  ['end with one bare LF', '5\r\nhello\r\n0\r\n\n'],
  ['end with bare CR', '5\r\nhello\r\n0\r\n\r\r'],
  ['end with size -0', '5\r\nhello\r\n-0\r\n\r\n'],
  ['end with size 0x0', '5\r\nhello\r\n0x0\r\n\r\n'],
  ['trailer', '5\r\nhello\r\n0\r\nX: y\r\n\r\n'],
  ['trailer that frames', '5\r\nhello\r\n0\r\nContent-Length: 5\r\n\r\n'],
  ['trailer that frames again', '5\r\nhello\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n'],
  ['trailer that is a request', '5\r\nhello\r\n0\r\nGET /canary HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['trailer of a space', '5\r\nhello\r\n0\r\n \r\n\r\n'],
  ['trailer without a name', '5\r\nhello\r\n0\r\n: y\r\n\r\n'],
  ['trailer with bare LF', '5\r\nhello\r\n0\r\nX: y\n\r\n'],
  ['second size bad', '5\r\nhello\r\nz\r\n\r\n0\r\n\r\n'],
  ['no size at all', 'hello'],
  ['a form instead', 'text=hello&x=y'],
  ['JSON instead', '{"text":"hello"}'],
  ['size in words', 'five\r\nhello\r\n0\r\n\r\n'],
]) {
  chunked(name, body)
}
chunked('too much in two', `ffff\r\n${'a'.repeat(0xffff)}\r\n2\r\naa\r\n0\r\n\r\n`, [413])
chunked('more framing than body', '1\r\na\r\n'.repeat(14000) + '0\r\n\r\n', [413])
chunked('extensions without end', `1;${'x'.repeat(60)}\r\na\r\n`.repeat(1100) + '0\r\n\r\n', [413])

// ---- hosts

refuse('no host', 'GET /echo HTTP/1.1\r\n\r\n')
refuse('no host but others', 'GET /echo HTTP/1.1\r\nAccept: */*\r\nX-Host: a\r\nHos: b\r\n\r\n')
refuse('two hosts, the same', `${GET}${HOST}\r\n`)
refuse('two hosts, other case', `${GET}hOST: desk.example\r\n\r\n`)
refuse('two hosts in HTTP/1.0', `GET /echo HTTP/1.0\r\n${HOST}Host: b\r\n\r\n`)
for (const host of [
  '', ' ', 'a b', 'a,b', 'a, b', 'a/b', 'user@a', 'a:b', 'a:', 'a:123456', 'a:-1', 'a:+80', 'a:80:80', ':80', '[::1', '::1',
  '[]', '[::1]x', '[g::1]', '[::1]:x', 'a?b', 'a#b', 'http://a', '\xe9', 'a\tb', 'a\\b', 'a;b', 'a%41', '"a"', '<a>', 'a=b',
  '(a)', '*', 'a'.repeat(256), 'a\x00', 'a\x7f', 'a|b', "a'b", '{a}', '$a', 'a&b', 'a:80 ,b',
]) {
  refuse(`host ${show(host)}`, `GET /echo HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
}

// ---- request lines

for (const [line, status] of [
  ['GET /echo'], ['GET  /echo HTTP/1.1'], ['GET /echo  HTTP/1.1'], ['GET /echo HTTP/1.1 '], ['GET /echo HTTP/1.1\t'],
  [' GET /echo HTTP/1.1'], ['\tGET /echo HTTP/1.1'], ['GET\t/echo HTTP/1.1'], ['GET /echo\tHTTP/1.1'],
  ['GET'], ['GET '], ['/echo HTTP/1.1'], ['GET HTTP/1.1'], ['GET  HTTP/1.1'], ['GET /echo HTTP'],
  ['GET /echo HTTP/'], ['GET /echo HTTP/1'], ['GET /echo HTTP/1.'], ['GET /echo HTTP/.1'], ['GET /echo HTTP/1,1'],
  ['GET /echo HTTP/1.1.1'], ['GET /echo HTTP/1.10'], ['GET /echo HTTP/01.1'], ['GET /echo HTTP/1.01'],
  ['GET /echo HTTP/-1.1'], ['GET /echo HTTP/+1.1'], ['GET /echo HTTP/1.1a'], ['GET /echo HTTP/a.b'], ['GET /echo http/1.1'],
  ['GET /echo Http/1.1'], ['GET /echo HTTPS/1.1'], ['GET /echo HTTP 1.1'], ['GET /echo HTTP/ 1.1'], ['GET /echo HTTP\\1.1'],
  ['GET /echo ICY/1.1'], ['GET /echo HTTP/1.1 HTTP/1.1'],
  ['GET /echo HTTP/1.2', [505]], ['GET /echo HTTP/1.9', [505]], ['GET /echo HTTP/2.0', [505]], ['GET /echo HTTP/3.0', [505]],
  ['GET /echo HTTP/0.9', [505]], ['GET /echo HTTP/9.9', [505]], ['GET /echo HTTP/0.0', [505]], ['GET /echo HTTP/2.1', [505]],
  ['TRACE /echo HTTP/1.1', [501]], ['CONNECT desk.example:443 HTTP/1.1', [400, 501]], ['CONNECT /echo HTTP/1.1', [501]],
  ['PUT /echo HTTP/1.1', [501]], ['PATCH /echo HTTP/1.1', [501]], ['PROPFIND /echo HTTP/1.1', [501]],
  ['LINK /echo HTTP/1.1', [501]], ['QUERY /echo HTTP/1.1', [501]], ['get /echo HTTP/1.1', [501]],
  ['Get /echo HTTP/1.1', [501]], ['GETX /echo HTTP/1.1', [501]], ['GE /echo HTTP/1.1', [501]], ['BREW /echo HTTP/1.1', [501]],
  ['TRACK /echo HTTP/1.1', [501]], ['DEBUG /echo HTTP/1.1', [501]], ['POSTS /echo HTTP/1.1', [501]],
  [`${'M'.repeat(300)} /echo HTTP/1.1`, [501]], ['OPTIONS * HTTP/1.1'], ['GET * HTTP/1.1'],
  ['GET http://desk.example/echo HTTP/1.1'], ['GET https://desk.example/ HTTP/1.1'], ['GET //desk.example/echo HTTP/1.1'],
  ['GET desk.example HTTP/1.1'], ['GET echo HTTP/1.1'], ['GET ./echo HTTP/1.1'], ['GET ?x=1 HTTP/1.1'], ['GET # HTTP/1.1'],
  ['GET @evil HTTP/1.1'], ['GET :80 HTTP/1.1'], ['GET ../ HTTP/1.1'], ['HTTP/1.1 200 OK'], ['SSH-2.0-OpenSSH_9.2'],
  ['EHLO desk.example'], ['{"text":"x"}'], ['*1'], ['GET\x00/echo HTTP/1.1'], ['GET /echo\x00HTTP/1.1'],
  ['GET /echo HTTP/1.1\x00'], ['GET /echo\x0bHTTP/1.1'], ['GET /echo\x0cHTTP/1.1'], ['GET /echo\xa0HTTP/1.1'],
  ['GET /echo HTTP/1.1\r'], ['\xef\xbb\xbfGET /echo HTTP/1.1'], ['GET\r /echo HTTP/1.1'],
]) {
  refuse(`line ${show(line)}`, `${line}\r\n${HOST}\r\n`, status)
}
refuse('TRACE with a length', `TRACE /echo HTTP/1.1\r\n${HOST}Content-Length: 45\r\n\r\n${CANARY}`, [501])
refuse('unknown method with a length', `FROB /echo HTTP/1.1\r\n${HOST}Content-Length: 45\r\n\r\n${CANARY}`, [501])
refuse('HTTP/0.9', 'GET /echo\r\n')
refuse('two empty lines first', `\r\n\r\n${GET}\r\n`)
refuse('three empty lines first', `\r\n\r\n\r\n${GET}\r\n`)
refuse('empty line with bare LF first', `\n${GET}\r\n`)
refuse('bare CR first', `\r${GET}\r\n`)
refuse('a space first', ` \r\n${GET}\r\n`)
refuse('TLS hello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03')
refuse('SSLv2 hello', '\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10')
refuse('PROXY protocol 1', `PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n${GET}\r\n`)
refuse('PROXY protocol 2', '\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c')
refuse('bare LF after the line', `GET /echo HTTP/1.1\n${HOST}\r\n`)
refuse('bare LF after a header', `GET /echo HTTP/1.1\r\nHost: a\n\r\n`)
refuse('bare LF at the end', `${GET}\n`)
refuse('bare LF everywhere', 'GET /echo HTTP/1.1\nHost: a\n\n')
refuse('bare CR after the line', `GET /echo HTTP/1.1\r${HOST}\r\n`)
refuse('bare CR at the end', `${GET}\r\r\n`)
refuse('LF CR', `GET /echo HTTP/1.1\n\r${HOST}\n\r`)

// ---- targets

for (const path of [
  '/%', '/%2', '/%zz', '/%g0', '/%0', '/%-1', '/% 1', '/%00', '/a%00b', '/%2f', '/%2F', '/a%2fb', '/%5c', '/%5C', '/%0a',
  '/%0d%0a', '/%09', '/%1f', '/%7f', '/%80', '/%c0%ae', '/%c0%af', '/%e2%80%ae', '/%ff', '/%u002e', '/..', '/../', '/../../etc/passwd', '/a/../b',
  '/./', '/.', '/a/.', '/a/..', '/a/./b', '/%2e', '/%2e%2e', '/%2e%2e/', '/.%2e/', '/%2e./', '/a/%2E%2e/b', '/%2E/', '//', '//a',
  '/a//b', '/a//', '///', '\\', '/\\', '/a\\..\\b', '/a#b', '/#', '/a?%', '/a?%z1', '/a?x=%1', '/a?"', '/a?<script>', '/a?x#y', '/a?x=>',
  '/%%', '/%25%', '/%2%65', '/..?x', '/../?x', '/a/..?x', '/%2e%2e?x', '/"', '/<a>', '/[a]', '/{a}', '/a|b', '/a^b', '/a`b',
]) {
  refuse(`target ${path}`, `GET ${path} HTTP/1.1\r\n${HOST}\r\n`)
}
for (let byte = 0; byte < 256; byte++) {
  if (byte > 0x20 && byte < 0x7f) continue
  if (byte > 0x84 && byte !== 0xa0 && byte !== 0xc3 && byte !== 0xff) continue
  const c = String.fromCharCode(byte)
  refuse(`target with byte ${hex(byte)}`, `GET /a${c}b HTTP/1.1\r\n${HOST}\r\n`)
  refuse(`query with byte ${hex(byte)}`, `GET /a?b${c}c HTTP/1.1\r\n${HOST}\r\n`)
}
refuse('target of 4,097 bytes', `GET /${'a'.repeat(4096)} HTTP/1.1\r\n${HOST}\r\n`, [414])
refuse('target of 9,000 bytes', `GET /${'a'.repeat(9000)} HTTP/1.1\r\n${HOST}\r\n`, [414])
refuse('query of 5,000 bytes', `GET /?${'a'.repeat(5000)} HTTP/1.1\r\n${HOST}\r\n`, [414])
refuse('target without end', `GET /${'a'.repeat(100000)}`, [414])
refuse('method without end', 'G'.repeat(100000), [414])

// ---- headers

const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]/
for (let byte = 0; byte < 256; byte++) {
  const c = String.fromCharCode(byte)
  if (TOKEN.test(c) || c === ':') continue
  if (byte > 0x84 && byte !== 0xa0 && byte !== 0xc3 && byte !== 0xff) continue
  refuse(`name with byte ${hex(byte)}`, `${GET}X${c}Y: 1\r\n\r\n`)
  refuse(`name ending in byte ${hex(byte)}`, `${GET}X${c}: 1\r\n\r\n`)
  if (byte === 0x0d) continue
  refuse(`method with byte ${hex(byte)}`, `GE${c}T /echo HTTP/1.1\r\n${HOST}\r\n`, ANY_REFUSAL)
}
for (let byte = 0; byte < 256; byte++) {
  const c = String.fromCharCode(byte)
  if (c === '\t' || (byte >= 0x20 && byte < 0x7f)) continue
  if (byte > 0x84 && byte !== 0xa0 && byte !== 0xc3 && byte !== 0xff) continue
  refuse(`value with byte ${hex(byte)}`, `${GET}X-Y: a${c}b\r\n\r\n`)
}
refuse('header without a name', `${GET}: x\r\n\r\n`)
refuse('header without a colon', `${GET}X-Y\r\n\r\n`)
refuse('header without a colon, but a value', `${GET}X-Y z\r\n\r\n`)
refuse('fold by a space', `${GET}X-Y: a\r\n b\r\n\r\n`)
refuse('fold by a tab', `${GET}X-Y: a\r\n\tb\r\n\r\n`)
refuse('fold into nothing', `${GET}X-Y: a\r\n \r\n\r\n`)
refuse('fold of the first line', `GET /echo HTTP/1.1\r\n ${HOST}\r\n`)
refuse('fold before the end', `${GET} \r\n\r\n`)
for (const name of ['Content-Type', 'Authorization', 'Origin', 'Idempotency-Key', 'Content-Encoding']) {
  refuse(`two of ${name}`, `${GET}${name}: a\r\nX: y\r\n${name.toLowerCase()}: b\r\n\r\n`)
}
refuse('49 headers', `${GET}${'A: b\r\n'.repeat(48)}\r\n`, [431])
refuse('2,000 headers', `${GET}${'A:b\r\n'.repeat(2000)}\r\n`, [431])
refuse('value of 9 KiB', `${GET}X-Y: ${'a'.repeat(9216)}\r\n\r\n`, [431])
refuse('name of 9 KiB', `${GET}${'a'.repeat(9216)}: x\r\n\r\n`, [431])
refuse('head of 8,193 bytes', `${GET}X: ${'a'.repeat(8193 - GET.length - 7)}\r\n\r\n`, [431])
refuse('head without end', `${GET}X: ${'a'.repeat(100000)}`, [431])

// ---- what never gets whole

refuse('half a request line', 'GET /ec', [408], { slow: true })
refuse('half a head', `${POST}Content-Le`, [408], { slow: true })
refuse('a head without its last line feed', `${GET}\r`, [408], { slow: true })
refuse('half a body', `${POST}Content-Length: 1000\r\n\r\nhello`, [408], { slow: true, canary: true })
refuse('half a chunk', `${POST}Transfer-Encoding: chunked\r\n\r\nff\r\nhello`, [408], { slow: true, canary: true })
refuse('chunks without end', `${POST}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`, [408], { slow: true })
refuse('one empty line', '\r\n', [408], { slow: true })

// ---- good ones: what they mean is said beside them

function accept(name, head, meaning = {}, body = '', wire = body) {
  const [method, target] = head.split(' ')
  const [path, query = ''] = target.split(/\?(.*)/s)
  good.push({
    name,
    bytes: Buffer.from(head + wire, 'latin1'),
    method: method === 'HEAD' ? 'GET' : method,
    head: method === 'HEAD',
    path,
    query,
    headers: head.split('\r\n').length - 3,
    body: Buffer.from(body, 'latin1'),
    closes: false,
    continues: false,
    ...meaning,
  })
}

for (const method of ['GET', 'HEAD', 'DELETE', 'OPTIONS', 'POST']) {
  accept(`${method}`, `${method} /echo HTTP/1.1\r\n${HOST}\r\n`)
  accept(`${method} with length 0`, `${method} /echo HTTP/1.1\r\n${HOST}Content-Length: 0\r\n\r\n`)
  accept(`${method} that closes`, `${method} /echo HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`, { closes: true })
  accept(`${method} in HTTP/1.0`, `${method} /echo HTTP/1.0\r\n${HOST}\r\n`, { closes: true })
  accept(`${method} in HTTP/1.0 without a host`, `${method} /echo HTTP/1.0\r\n\r\n`, { closes: true })
  accept(`${method} expecting, without a body`, `${method} /echo HTTP/1.1\r\n${HOST}Expect: 100-continue\r\n\r\n`)
  accept(`${method} after an empty line`, `${method} /echo HTTP/1.1\r\n${HOST}\r\n`)
  good.at(-1).bytes = Buffer.concat([Buffer.from('\r\n'), good.at(-1).bytes])
}
for (const [target, path] of [
  ['/', '/'], ['/a', '/a'], ['/a/', '/a/'], ['/a/b/c', '/a/b/c'], ['/a.b', '/a.b'], ['/...', '/...'], ['/.a', '/.a'],
  ['/a.', '/a.'], ['/..a', '/..a'], ['/a..', '/a..'], ['/%61', '/a'], ['/%41%42', '/AB'], ['/%7e', '/~'], ['/a%20b', '/a b'],
  ['/%25', '/%'], ['/%2525', '/%25'], ['/%2e%2e%2e', '/...'], ['/%2ea', '/.a'], ['/%3f', '/?'], ['/%23', '/#'],
  ['/%22', '/"'], ['/%3C%3e', '/<>'], ['/%5B', '/['], ["/-._~!$&'()*+,;=:@", "/-._~!$&'()*+,;=:@"], ['/a;b=c', '/a;b=c'],
  ['/a:b', '/a:b'], ['/@', '/@'], ['/%7C', '/|'], ['/v1/reports', '/v1/reports'], ['/r/K7M2-9QX4', '/r/K7M2-9QX4'],
  ['/0', '/0'], ['/%2525252e', '/%25252e'], ['/a/%20/b', '/a/ /b'], [`/${'a'.repeat(4095)}`, `/${'a'.repeat(4095)}`],
  [`/${'%61'.repeat(600)}`, `/${'a'.repeat(600)}`], [`/${'a/'.repeat(500)}`, `/${'a/'.repeat(500)}`],
]) {
  for (const [method, query] of [['GET', ''], ['GET', 'x=1'], ['POST', '']]) {
    const line = `${method} ${target}${query && '?' + query} HTTP/1.1\r\n`
    if (line.length > 4096 + 5 + 11) continue
    accept(`${method} ${show(target)} ${query}`, `${line}${HOST}\r\n`, { path, query })
  }
}
for (const query of [
  'a', 'a=b', 'a=b&c=d', '=', '&', '?', 'a?b', '/', 'a=/../..', 'a=%20', 'a=%00', 'a=%ff', 'a=%2F', 'a=b+c', 'a[]=1', 'a={b}',
  'a|b', 'a^b', 'a`b', 'a\\b', "a='", 'a=b;c', 'a==', 'a=%E2%82%AC', 'area=034027&status=open', 'bbox=13.1,42.2,13.5,42.5',
  'after=0123456789abcdef-42', ':@!$()*,~._-', '%41=%42', `x=${'y'.repeat(1000)}`,
]) {
  accept(`query ${show(query)}`, `GET /echo?${query} HTTP/1.1\r\n${HOST}\r\n`, { query })
}
accept('an empty query', `GET /echo? HTTP/1.1\r\n${HOST}\r\n`)
for (const host of [
  'a', 'DESK.EXAMPLE', 'desk.example:80', 'desk.example:65535', '127.0.0.1', '127.0.0.1:8080', '[::1]',
  '[::1]:8080', '[2001:db8::1]', '[::ffff:192.0.2.1]:1', 'localhost', 'a-b.c_d', 'xn--caff-8oa.example', '1', 'a.', 'a'.repeat(255),
]) {
  accept(`host ${show(host)}`, `GET /echo HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
}
for (const header of [
  'X:', 'X: ', 'X:y', 'X: y', 'X:  y  ', 'X:\ty\t', 'X: a\tb', 'X: a b  c', 'x: Y', "!#$%&'*+-.^_`|~0: z", 'X: :', 'X: "a, b"',
  'X: ;=,', 'X: \\', 'X: {}[]()<>@', 'Accept: */*', 'Accept-Language: it-IT,it;q=0.9', 'User-Agent: Mozilla/5.0 (X; Y) Z/1',
  'Cookie: a=b; c=d', 'Upgrade: websocket', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAoAAA', 'TE: trailers', 'TE: chunked',
  'Trailer: X', 'Connection: keep-alive', 'Connection: Keep-Alive, Upgrade', 'Connection: x', 'Connection: ,,',
  'Connection: closed', 'Connection: Content-Length', 'Proxy-Connection: close', 'Keep-Alive: timeout=5', 'Transfer_Encoding: chunked',
  'Content_Length: 5', 'X-Content-Length: 5', 'Content-Lengths: 5', 'Content-Type: text/plain', 'Range: bytes=0-', 'Via: 1.1 a',
  'X-Forwarded-For: 192.0.2.1', 'X-HTTP-Method-Override: DELETE', 'X-Original-URL: /canary', 'Origin: null', 'Max-Forwards: 0',
  'Date: Sun, 06 Nov 1994 08:49:37 GMT', 'If-None-Match: "a"', 'Last-Event-ID: 0123456789abcdef-1', 'Sec-Fetch-Site: same-origin',
  'Accept: a\r\nAccept: b', 'Connection: a\r\nConnection: b', `X: ${'a'.repeat(7000)}`, `${'x'.repeat(1000)}: y`,
]) {
  accept(`header ${show(header)}`, `${GET}${header}\r\n\r\n`)
}
for (const value of ['Close', 'CLOSE', 'close, x', 'x, close', 'x,close', 'keep-alive, close', ' close ', 'x\r\nConnection: close']) {
  accept(`connection ${show(value)}`, `${GET}Connection: ${value}\r\n\r\n`, { closes: true })
}
accept('48 headers', `${GET}${'A: b\r\n'.repeat(47)}\r\n`)
accept('head of 8,192 bytes', `${GET}X: ${'a'.repeat(8192 - GET.length - 7)}\r\n\r\n`)
for (const name of ['Content-Length', 'content-length', 'CONTENT-LENGTH', 'cOnTeNt-LeNgTh']) {
  accept(`${name}`, `${POST}${name}: 5\r\n\r\n`, {}, 'hello')
}
for (const spaced of ['5', '  5', '5 ', ' 5   ']) {
  accept(`length ${show(spaced)}`, `${POST}Content-Length:${spaced}\r\n\r\n`, {}, 'hello')
}
for (const bytes of [1, 2, 9, 10, 99, 100, 255, 256, 999, 1000, 1023, 1024, 4096, 8191, 8192, 16383, 16384, 16385, 32768, 65535, 65536]) {
  accept(`body of ${bytes}`, `${POST}Content-Length: ${bytes}\r\n\r\n`, {}, 'abcdefg'.repeat(9363).slice(0, bytes))
}
for (const body of [
  '\x00', '\r\n', '\r\n\r\n', CANARY, '0\r\n\r\n', 'a\x00b', '\xff\xfe', 'GET / HTTP/1.1\r\n\r\n', '{"hazard":"flood"}',
  'hazard=flood&text=acqua+in+cantina', ' ', '\n',
]) {
  accept(`body ${show(body)}`, `${POST}Content-Length: ${body.length}\r\n\r\n`, {}, body)
  const wire = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
  accept(`chunk ${show(body)}`, `${POST}Transfer-Encoding: chunked\r\n\r\n`, {}, body, wire)
}
for (const value of ['chunked', 'Chunked', 'CHUNKED', 'chunked ', '  chunked']) {
  accept(`coding ${show(value)}`, `${POST}Transfer-Encoding: ${value}\r\n\r\n`, {}, 'hello', CHUNKS)
}
for (const wire of [
  '05\r\nhello\r\n0\r\n\r\n', '00000005\r\nhello\r\n0\r\n\r\n', '5\r\nhello\r\n00\r\n\r\n',
  '5\r\nhello\r\n00000000\r\n\r\n', '5;\r\nhello\r\n0\r\n\r\n', '5;a\r\nhello\r\n0\r\n\r\n', '5;a=b\r\nhello\r\n0\r\n\r\n',
  '5;a="b c"\r\nhello\r\n0\r\n\r\n', '5; a=b;c\r\nhello\r\n0\r\n\r\n', `5;${'a'.repeat(63)}\r\nhello\r\n0\r\n\r\n`,
  '5\r\nhello\r\n0;a=b\r\n\r\n', '1\r\nh\r\n4\r\nello\r\n0\r\n\r\n', '1\r\nh\r\n1\r\ne\r\n1\r\nl\r\n1\r\nl\r\n1\r\no\r\n0\r\n\r\n',
  '2\r\nhe\r\n03\r\nllo\r\n000\r\n\r\n',
]) {
  accept(`chunks ${show(wire)}`, `${POST}Transfer-Encoding: chunked\r\n\r\n`, {}, 'hello', wire)
}
accept('no chunks', `${POST}Transfer-Encoding: chunked\r\n\r\n`, {}, '', '0\r\n\r\n')
accept('hexadecimal sizes', `${POST}Transfer-Encoding: chunked\r\n\r\n`, {}, 'x'.repeat(0xab + 0xCD),
  `aB\r\n${'x'.repeat(0xab)}\r\nCd\r\n${'x'.repeat(0xcd)}\r\n0\r\n\r\n`)
accept('a chunk of 64 KiB', `${POST}Transfer-Encoding: chunked\r\n\r\n`, {}, 'x'.repeat(65536),
  `10000\r\n${'x'.repeat(65536)}\r\n0\r\n\r\n`)
accept('chunks of 64 KiB together', `${POST}Transfer-Encoding: chunked\r\n\r\n`, {}, 'x'.repeat(65536),
  `400\r\n${'x'.repeat(1024)}\r\n`.repeat(64) + '0\r\n\r\n')
accept('expecting, body at once', `${POST}Content-Length: 5\r\nExpect: 100-continue\r\n\r\n`, {}, 'hello')
accept('expecting, in other case', `${POST}Content-Length: 5\r\nExpect: 100-Continue\r\n\r\n`, {}, 'hello')
accept('expecting chunks', `${POST}Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n`, {}, 'hello', CHUNKS)
accept('expecting in HTTP/1.0', `POST /echo HTTP/1.0\r\n${HOST}Content-Length: 5\r\nExpect: 100-continue\r\n\r\n`, { closes: true }, 'hello')
accept('a body in HTTP/1.0', `POST /echo HTTP/1.0\r\nContent-Length: 5\r\n\r\n`, { closes: true }, 'hello')
accept('kept alive in HTTP/1.0', `GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n`, { closes: true })
