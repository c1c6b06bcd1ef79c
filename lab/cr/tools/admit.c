// SPDX-License-Identifier: GPL-2.0-only
/* What the destination can refuse before anything is frozen. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "admit.h"
#include "machine.h"

static const char *const refusal_names[] = TCPMIG_REFUSED_NAMES;

int refuse_admission(struct admission *admission, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	vsnprintf(admission->reason, sizeof(admission->reason), format, values);
	va_end(values);
	return -1;
}

static int tell_clocks(struct channel *channel)
{
	struct cr_clocks clocks;

	machine_clocks(&clocks);
	return channel_put(channel, CR_CLOCK_TELL, 1, &clocks, sizeof(clocks));
}

static uint64_t fixed_size(const struct cr_prepare *prepare)
{
	return sizeof(*prepare) + prepare->threads * sizeof(int32_t) + prepare->connections * sizeof(struct tcpmig_tuple);
}

static int receive_prepare(struct channel *channel, struct admission *admission)
{
	struct cr_record record;
	int error;

	for (;;) {
		error = channel_get(channel, &record, sizeof(record));
		if (error || record.type != CR_CLOCK_ASK)
			break;
		error = tell_clocks(channel);
		if (error)
			break;
	}
	if (error || record.type != CR_PREPARE || record.size < sizeof(*admission->prepare) || record.size > CR_PREPARE_MAX)
		return refuse_admission(admission, "protocol: no preparation");
	admission->prepare = malloc(record.size);
	if (!admission->prepare || channel_get(channel, admission->prepare, record.size))
		return refuse_admission(admission, "protocol: preparation cut short");
	if (admission->prepare->version != CR_VERSION)
		return refuse_admission(admission, "version: the stream has %u, this is %u",
					admission->prepare->version, CR_VERSION);
	if (admission->prepare->threads > record.size || admission->prepare->connections > record.size ||
	    fixed_size(admission->prepare) > record.size)
		return refuse_admission(admission, "protocol: sizes contradict each other");
	admission->prepare->pad = (uint32_t)record.size;
	return 0;
}

static int check_machine(struct admission *admission)
{
	struct cr_processor here;

	machine_processor(&here);
	if (!machine_can_run(&admission->prepare->processor, &here))
		return refuse_admission(admission, "processor: it lacks features of the origin's");
	if (admission->prepare->vdso_fingerprint != machine_vdso())
		return refuse_admission(admission, "kernel: another vdso than at the origin");
	return 0;
}

static int check_threads(struct admission *admission)
{
	const int32_t *tids = (const int32_t *)(admission->prepare + 1);

	for (uint32_t i = 0; i < admission->prepare->threads; i++)
		if (tids[i] <= 1 || kill(tids[i], 0) == 0 || errno != ESRCH)
			return refuse_admission(admission, "%s-in-use: %d",
						tids[i] == admission->prepare->pid ? "pid" : "tid", tids[i]);
	return 0;
}

static int check_connections(struct admission *admission)
{
	const struct tcpmig_tuple *tuples = (const void *)((const int32_t *)(admission->prepare + 1) + admission->prepare->threads);
	int session = -1, bad = 0;

	if (admission->prepare->connections)
		session = open(TCPMIG_DEVICE, O_RDWR | O_CLOEXEC);
	if (admission->prepare->connections && session < 0)
		return refuse_admission(admission, "module: %s: %s", TCPMIG_DEVICE, strerror(errno));
	for (uint32_t i = 0; i < admission->prepare->connections && !bad; i++) {
		struct tcpmig_capture capture = { .flags = TCPMIG_CAPTURE_CHECK };

		memcpy(&capture.tuple, &tuples[i], sizeof(capture.tuple));
		bad = ioctl(session, TCPMIG_IOC_CAPTURE, &capture);
		if (bad)
			refuse_admission(admission, "connection: %s",
					 capture.refusal && capture.refusal < __TCPMIG_REFUSAL_MAX ?
						 refusal_names[capture.refusal] : strerror(errno));
	}
	if (session >= 0)
		close(session);
	return bad;
}

static int check_file(struct admission *admission, const struct cr_file *file, const char *path)
{
	__u64 size = 0, print = 0;
	int error;

	if (file->need == CR_FILE_WRITTEN)
		return access(path, F_OK) == 0 || errno == ENOENT ? 0 :
		       refuse_admission(admission, "file: %.120s: %s", path, strerror(errno));
	if (file->need == CR_FILE_OPEN)
		return access(path, F_OK) == 0 ? 0 :
		       refuse_admission(admission, "file: %.120s: %s", path, strerror(errno));
	error = machine_file(path, &size, &print);
	if (error)
		return refuse_admission(admission, "file: %.120s: %s", path, strerror(-error));
	if (size != file->size || print != file->fingerprint)
		return refuse_admission(admission, "file: %.120s: differs from the origin's", path);
	return 0;
}

static int check_files(struct admission *admission)
{
	const char *at = (const char *)admission->prepare + fixed_size(admission->prepare);
	const char *end = (const char *)admission->prepare + admission->prepare->pad;

	for (uint32_t i = 0; i < admission->prepare->files; i++) {
		struct cr_file file;
		const char *path = at + sizeof(file);

		if ((size_t)(end - at) < sizeof(file))
			return refuse_admission(admission, "protocol: file list cut short");
		memcpy(&file, at, sizeof(file));
		if (!file.path_size || file.path_size > (size_t)(end - path) || path[file.path_size - 1])
			return refuse_admission(admission, "protocol: bad file name");
		if (check_file(admission, &file, path))
			return -1;
		at = path + file.path_size;
	}
	return 0;
}

int admit(struct channel *channel, struct admission *admission)
{
	return receive_prepare(channel, admission) || check_machine(admission) ||
	       check_threads(admission) || check_files(admission) ||
	       check_connections(admission) ? -1 : 0;
}
