// SPDX-License-Identifier: GPL-2.0-only
/* FLUSH, WINDOW and BBR over loopback, judged by what the other end's kernel says and by what leaves again. */
#include <errno.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pair.h"
#include "selftest.h"
#include "session.h"
#include "tamper.h"

#define LONG_MS 60000

static int attached(const struct pair *p)
{
	struct tcpmig_attach a = { .fd = p->near };
	int session = session_open();

	if (ioctl(session, TCPMIG_IOC_ATTACH, &a))
		die("ATTACH");
	return session;
}

static int flush(int session, uint32_t timeout_ms, uint32_t *left)
{
	struct tcpmig_flush f = { .timeout_ms = timeout_ms };
	int err = ioctl(session, TCPMIG_IOC_FLUSH, &f) ? errno : 0;

	*left = f.left;
	return err;
}

/* A child reads what the other end has; the parent goes on. */
static pid_t reader_start(int fd)
{
	char piece[65536];
	pid_t pid = fork();

	if (pid)
		return pid;
	for (;;) {
		struct timeval wait = { .tv_sec = 1 };
		fd_set one;

		FD_ZERO(&one);
		FD_SET(fd, &one);
		if (select(fd + 1, &one, NULL, NULL, &wait) > 0 && recv(fd, piece, sizeof(piece), 0) <= 0)
			_exit(0);
	}
}

static void try_flush(struct trial *t, int listener, const struct sockaddr_in *a)
{
	struct pair p = pair_open(listener, a);
	int session = attached(&p);
	uint32_t left;
	pid_t reader;
	int err;

	err = flush(session, LONG_MS, &left);
	trial_expect(t, !err && !left, "nothing to flush", err);
	while (pair_send(p.near, 0, 20000))
		;
	err = flush(session, 0, &left);
	trial_expect(t, err == ETIMEDOUT && left, "the peer does not read", err);
	reader = reader_start(p.far);
	err = flush(session, LONG_MS, &left);
	trial_expect(t, !err && !left, "the peer reads", err);
	kill(reader, SIGKILL);
	waitpid(reader, NULL, 0);
	close(session);
	pair_close(&p);
}

static struct tcp_info info_of(int fd)
{
	struct tcp_info info = {};
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		die("TCP_INFO");
	return info;
}

static int unsent_of(int fd)
{
	int unsent = -1;

	ioctl(fd, SIOCOUTQNSD, &unsent);
	return unsent;
}

static void set_window(int session, uint32_t closed)
{
	if (ioctl(session, TCPMIG_IOC_WINDOW, &closed))
		die("WINDOW");
}

static void try_window(struct trial *t, int listener, const struct sockaddr_in *a)
{
	struct pair p = pair_open(listener, a);
	uint32_t wide = info_of(p.far).tcpi_snd_wnd, two = 2;
	int session = attached(&p);

	set_window(session, 1);
	trial_expect(t, info_of(p.far).tcpi_snd_wnd == 0, "the window is closed", info_of(p.far).tcpi_snd_wnd);
	pair_send(p.far, 0, 3000);
	trial_expect(t, unsent_of(p.far) == 3000, "the peer pauses", unsent_of(p.far));
	set_window(session, 1);
	set_window(session, 0);
	trial_expect(t, info_of(p.far).tcpi_snd_wnd >= wide / 2, "the window is open", info_of(p.far).tcpi_snd_wnd);
	trial_expect(t, unsent_of(p.far) == 0, "the peer goes on", unsent_of(p.far));
	set_window(session, 1);
	close(session);
	trial_expect(t, info_of(p.far).tcpi_snd_wnd >= wide / 2, "the session's end opens it", info_of(p.far).tcpi_snd_wnd);
	session = attached(&p);
	trial_expect(t, ioctl(session, TCPMIG_IOC_WINDOW, &two) && errno == EINVAL, "neither open nor closed", errno);
	close(session);
	pair_close(&p);
}

/* The window that was closed before the move is open behind it. */
static void try_window_moved(struct trial *t, int listener, const struct sockaddr_in *a)
{
	struct pair p = pair_open(listener, a);
	uint32_t wide = info_of(p.far).tcpi_snd_wnd;
	int session = attached(&p);
	struct state s;

	set_window(session, 1);
	pair_send(p.far, 0, 3000);
	s = pair_take_from(&p, session);
	trial_expect(t, value_get(&s, TCPMIG_A_WINDOW_CLAMP) > 0, "the true clamp travels", value_get(&s, TCPMIG_A_WINDOW_CLAMP));
	trial_expect(t, !pair_give(&p, &s), "taken", 0);
	trial_expect(t, info_of(p.far).tcpi_snd_wnd >= wide / 2, "open at the destination", info_of(p.far).tcpi_snd_wnd);
	trial_expect(t, unsent_of(p.far) == 0, "the peer goes on after the move", unsent_of(p.far));
	state_free(&s);
	pair_close(&p);
}

static bool bbr_field_is_stable(uint16_t type)
{
	return type != TCPMIG_A_BBR_MIN_RTT_AGE_MS && type != TCPMIG_A_BBR_CYCLE_AGE_US &&
	       type != TCPMIG_A_BBR_LT_AGE_MS && type != TCPMIG_A_BBR_EPOCH_AGE_US;
}

/* What arrived is what left: all of BBR's state but the ages. */
static void try_bbr(struct trial *t, int listener, const struct sockaddr_in *a)
{
	struct pair p = pair_open(listener, a);
	struct state first, second;
	int err;

	err = setsockopt(p.near, IPPROTO_TCP, TCP_CONGESTION, "bbr", 3) ? errno : 0;
	trial_expect(t, !err, "this kernel has BBR", err);
	if (err)
		return pair_close(&p);
	for (unsigned int i = 0; i < 20; i++) {
		char piece[PAIR_PIECE];

		pair_send(p.near, 0, PAIR_PIECE);
		while (recv(p.far, piece, sizeof(piece), MSG_DONTWAIT) > 0)
			;
	}
	first = pair_take(&p);
	trial_expect(t, value_get(&first, TCPMIG_A_BBR_ROUNDS) > 0, "BBR has measured", value_get(&first, TCPMIG_A_BBR_ROUNDS));
	trial_expect(t, !pair_give(&p, &first), "taken with BBR", 0);
	second = pair_take(&p);
	for (uint16_t type = TCPMIG_A_BBR_MIN_RTT_US; type <= TCPMIG_A_BBR_EXTRA_INDEX; type++) {
		size_t one = attribute_find(&first, type), other = attribute_find(&second, type);

		trial_expect(t, other < second.size && (!bbr_field_is_stable(type) ||
						  !memcmp(attribute_data(&first, one), attribute_data(&second, other),
							  attribute_len(&first, one))), "BBR's attribute", type);
	}
	state_free(&first);
	state_free(&second);
	pair_close(&p);
}

unsigned int try_operations(void)
{
	struct trial t = { .kind = "operations", .session = -1 };
	struct sockaddr_in a;
	int listener = pair_listen(&a);

	try_flush(&t, listener, &a);
	try_window(&t, listener, &a);
	try_window_moved(&t, listener, &a);
	try_bbr(&t, listener, &a);
	try_streams(&t, listener, &a);
	close(listener);
	return trial_end(&t);
}
