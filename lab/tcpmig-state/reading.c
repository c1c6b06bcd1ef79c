// SPDX-License-Identifier: GPL-2.0-only
#include "reading.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "program.h"

/* Who has the socket. */
struct owner {
	struct held held;
	pid_t pid;
	int fd;
};

struct search {
	const struct tcpmig_tuple *tuple;
	struct tcpmig_connection found;
};

static const char *words(int error)
{
	return strerrordesc_np(-error);
}

/* Everybody who could use it while it is frozen: processes share descriptors. */
static int hold_owner(pid_t pid, int fd, void *context)
{
	struct owner *o = context;
	int error = program_hold(&o->held, pid);

	if (error)
		fail("process %d can not be held still: %s%s", pid, words(error),
		     error == -EPERM ? " (is it traced?)" : "");
	if (!o->pid) {
		o->pid = pid;
		o->fd = fd;
	}
	return 0;
}

static struct tcpmig_state take(struct tcpmig_session *session)
{
	struct tcpmig_state state = {};

	if (tcpmig_freeze(session) || tcpmig_get(session, &state) || tcpmig_abort(session))
		fail("%s", tcpmig_trouble(session)->text);
	return state;
}

static struct tcpmig_session *open_session(void)
{
	struct tcpmig_session *session;
	int error = tcpmig_open(&session);

	if (error)
		fail(TCPMIG_DEVICE ": %s%s", words(error), error == -ENOENT ? " (is the module loaded?)" : "");
	return session;
}

/* The socket's inode; what there is to hold has been found before. */
static struct tcpmig_state read_inode(uint32_t inode, struct owner *owner)
{
	struct tcpmig_session *session = open_session();
	struct tcpmig_state state;
	int error = tcpmig_owners(inode, hold_owner, owner);

	if (error)
		fail("/proc: %s", words(error));
	if (!owner->pid)
		fail("no process that is visible here has socket %u", inode);
	if (tcpmig_attach_process(session, owner->pid, owner->fd))
		fail("%s", tcpmig_trouble(session)->text);
	state = take(session);
	program_release(&owner->held);
	tcpmig_close(session);
	return state;
}

struct tcpmig_state read_descriptor(pid_t pid, int fd)
{
	struct owner owner = { .pid = pid, .fd = fd };
	char path[48], text[64];
	unsigned int inode;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
	n = readlink(path, text, sizeof(text) - 1);
	if (n < 0)
		fail("process %d, descriptor %d: %s", pid, fd, words(-errno));
	text[n] = 0;
	if (sscanf(text, "socket:[%u]", &inode) != 1)
		fail("process %d, descriptor %d: no socket but %s", pid, fd, text);
	return read_inode(inode, &owner);
}

static int match(const struct tcpmig_connection *c, void *context)
{
	struct search *search = context;

	if (memcmp(&c->tuple, search->tuple, sizeof(c->tuple)))
		return 0;
	search->found = *c;
	return 1;
}

struct tcpmig_state read_tuple(const struct tcpmig_tuple *tuple)
{
	struct search search = { .tuple = tuple };
	struct owner owner = {};
	struct tcpmig_session *session;
	struct tcpmig_state state;
	int found = tcpmig_list(0, TCPMIG_LIST_LISTENING | TCPMIG_LIST_TIME_WAIT, match, &search);

	if (found < 0)
		fail("the list of connections: %s", words(found));
	if (!found)
		fail("no such connection: --list shows those that there are");
	if (search.found.inode)
		return read_inode(search.found.inode, &owner);
	session = open_session();
	if (tcpmig_attach_tuple(session, tuple))
		fail("%s", tcpmig_trouble(session)->text);
	state = take(session);
	tcpmig_close(session);
	return state;
}

/* What tcpmig-state did not write: attributes alone. */
static int read_bare(int fd, struct tcpmig_state *state)
{
	off_t size = lseek(fd, 0, SEEK_END);
	struct tcpmig_field field;
	uint32_t at = 0;
	int more;

	if (size <= 0 || size > TCPMIG_STATE_MAX)
		return -EPROTO;
	*state = (struct tcpmig_state){ malloc(size), size };
	if (!state->bytes || pread(fd, state->bytes, size, 0) != size)
		return -EIO;
	while ((more = tcpmig_state_next(state, &at, &field)) == 1)
		;
	return more ? -EPROTO : 0;
}

struct tcpmig_state read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), error;
	struct tcpmig_state state;

	if (fd < 0)
		fail("%s: %s", path, words(-errno));
	error = tcpmig_state_read(fd, &state, TCPMIG_STATE_MAX, -1);
	if (error == -EPROTO)
		error = read_bare(fd, &state);
	if (error)
		fail("%s: %s", path, error == -EPROTO ? "no state" : error == -EPIPE ? "cut short" : words(error));
	close(fd);
	return state;
}

void save_file(const char *path, const struct tcpmig_state *state)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), error;

	if (fd < 0)
		fail("%s: %s", path, words(-errno));
	error = tcpmig_state_write(fd, state, -1);
	if (error || close(fd))
		fail("%s: %s", path, words(error ?: -errno));
}
