/* front_role - a front as a process: what the supervisor says, and when it is ready */
#ifndef SERVER_FRONT_ROLE_H
#define SERVER_FRONT_ROLE_H

struct front;

/* Says so once: lines and listeners are in use, and the board is filled. */
void front_role_check_ready(struct front *f);

/* The whole process. Returns its exit status. */
int front_role_main(void);

#endif
