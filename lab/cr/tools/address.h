/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CR_ADDRESS_H
#define CR_ADDRESS_H

#include <netinet/in.h>

/* HOST[:PORT], IPv4; ends the program (64) on anything else. */
struct sockaddr_in address_parse(const char *text);
/* A stream with large buffers, no Nagle delay and a deadline for each call; -1 and errno. */
int address_connect(const struct sockaddr_in *address, int timeout_s);
int address_listen(const struct sockaddr_in *address);
void stream_deadline(int fd, int timeout_s);
/* Beside the running program: "../lib/libcr.so" */
void beside_program(char *to, size_t size, const char *relative);

#endif
