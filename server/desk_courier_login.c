/* desk_courier_login - questions to the identity provider, and how it stands with it */
#include <errno.h>

#include "server/desk_courier_internal.h"

void
desk_courier_take_login(
	struct desk_courier *c, const struct frame_head *head, const uint8_t *body)
{
	Vedetta__V1__LoginResult *result =
		vedetta__v1__login_result__unpack(NULL, head->body_bytes, body);

	if (result != NULL && c->events.on_login != NULL) {
		c->events.on_login(c->arg, head->ref, result);
	}
	vedetta__v1__login_result__free_unpacked(result, NULL);
}

void
desk_courier_take_provider(
	struct desk_courier *c, const struct frame_head *head, const uint8_t *body)
{
	Vedetta__V1__ProviderState *state =
		vedetta__v1__provider_state__unpack(NULL, head->body_bytes, body);

	if (state != NULL && c->events.on_provider != NULL) {
		c->events.on_provider(c->arg, state);
	}
	vedetta__v1__provider_state__free_unpacked(state, NULL);
}

int
desk_courier_ask_login(
	struct desk_courier *c, const Vedetta__V1__LoginOrder *order, uint64_t ref)
{
	struct frame_head head = {.kind = FRAME_LOGIN_ORDER, .ref = ref};
	uint8_t *body;

	if (c->line == NULL) {
		return -ENOTCONN;
	}
	arena_reset(c->arena);
	head.body_bytes = (uint32_t)vedetta__v1__login_order__get_packed_size(order);
	body = arena_alloc(c->arena, head.body_bytes + 1);
	if (body == NULL) {
		return -ENOMEM;
	}
	(void)vedetta__v1__login_order__pack(order, body);
	return line_send(c->line, &head, body);
}
