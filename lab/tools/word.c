// SPDX-License-Identifier: GPL-2.0-only
#include "word.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* An experimental EtherType: IEEE Std 802, 9.2.3. */
enum { TYPE_OF_WORDS = 0x88b5, LEAST_FRAME = 60 };

int word_send(const char *program, const char *name, enum word word, uint32_t number)
{
	unsigned char frame[LEAST_FRAME] = { [12] = TYPE_OF_WORDS >> 8, [13] = TYPE_OF_WORDS & 0xff };
	struct sockaddr_ll card = { .sll_family = AF_PACKET };
	int fd;

	card.sll_ifindex = (int)if_nametoindex(name);
	memset(frame, 0xff, 6);
	frame[14] = (unsigned char)word;
	number = htonl(number);
	memcpy(frame + 15, &number, sizeof(number));
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (card.sll_ifindex && fd >= 0 &&
	    sendto(fd, frame, sizeof(frame), 0, (struct sockaddr *)&card, sizeof(card)) == sizeof(frame))
		return 0;
	fprintf(stderr, "%s: %s: %s\n", program, name, strerror(errno));
	return 1;
}
