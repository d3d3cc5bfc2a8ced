/*
 * export_help - an export for somebody who asked over HTTP
 *
 * A process of its own for each, started by the supervisor, so that nobody
 * waits for it. Descriptor 3 is a stream to the front that asked. In come two
 * lines: the data folder (the supervisor's) and "FORMAT LAYER PERSONAL SCOPE" (the
 * front's; export_scope.h has the last).
 * Out go lines "DONE ALL" while it works, then "= BYTES ROWS NAME" and the bytes of
 * the file, or "! REASON". Who may have what is the front's to know: here is no
 * account.
 *
 * The file lies in <data>/exports without a name as soon as it is whole; what a
 * killed one left behind goes when the next begins. Who hangs up ends it.
 */
#ifndef SERVER_EXPORT_HELP_H
#define SERVER_EXPORT_HELP_H

/* What the supervisor starts it as. */
#define EXPORT_HELPER "export-helper"

/* Returns an exit status. */
int export_help(void);

#endif
