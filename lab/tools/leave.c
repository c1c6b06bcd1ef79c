// SPDX-License-Identifier: GPL-2.0-only
/*
 * leave CARD
 * Ends this machine at once, where its QEMU has the lockstep plugin: sends the frame that the plugin takes for a
 * machine's last (lab/lockstep/lockstep.c). Elsewhere the frame goes out, and means nothing to anybody.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* An experimental EtherType: IEEE Std 802, 9.2.3. */
enum { TYPE_OF_END = 0x88b5, LEAST_FRAME = 60 };

int main(int argc, char **argv)
{
	unsigned char frame[LEAST_FRAME] = { [12] = TYPE_OF_END >> 8, [13] = TYPE_OF_END & 0xff };
	struct sockaddr_ll card = { .sll_family = AF_PACKET };
	int fd;

	if (argc != 2) {
		fputs("usage: leave CARD\n", stderr);
		return 64;
	}
	card.sll_ifindex = (int)if_nametoindex(argv[1]);
	memset(frame, 0xff, 6);
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (!card.sll_ifindex || fd < 0 ||
	    sendto(fd, frame, sizeof(frame), 0, (struct sockaddr *)&card, sizeof(card)) < 0) {
		fprintf(stderr, "leave: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	/* The card takes it a few microseconds later. */
	sleep(1);
	return 1;
}
