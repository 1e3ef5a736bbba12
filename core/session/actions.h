/*
 * What the rows of the state table do; called by session_dispatch alone,
 * after the new state was written.
 */
#ifndef PAIRDESK_SESSION_ACTIONS_H
#define PAIRDESK_SESSION_ACTIONS_H

#include "core/session/impl.h"

void act_open_attempt(struct session *s);
void act_open_login(struct session *s);
void act_dial(struct session *s);
void act_await_verdict(struct session *s);
void act_on_window(struct session *s);
void act_expire(struct session *s);
void act_fail_attempt(struct session *s);
void act_save(struct session *s);
void act_answer_pair(struct session *s);
void act_refuse_pair(struct session *s);
void act_first_login(struct session *s);
void act_set_up(struct session *s);
void act_go_online(struct session *s);
void act_start(struct session *s);
void act_connect(struct session *s);
void act_await_turn(struct session *s);
void act_ask_turn(struct session *s);
void act_take_turn(struct session *s);
void act_reopen_attempt(struct session *s);
void act_back_off(struct session *s);
void act_halt(struct session *s);
void act_send_logout(struct session *s);
void act_retire(struct session *s);
void act_retire_damaged(struct session *s);
void act_retired(struct session *s);
void act_stop(struct session *s);
void act_stop_later(struct session *s);
void act_login_to_log_out(struct session *s);
void act_nothing(struct session *s);

#endif
