// SPDX-License-Identifier: GPL-2.0-only
import ssh2 from 'ssh2';

export interface KeyPair {
  /** OpenSSH's private key format. */
  private: string;
  /** One line as in authorized_keys. */
  public: string;
}

/** A public key on the wire: the algorithm's name and 32 bytes, each after its length (RFC 8709, 4). */
const PUBLIC_SIZE = 4 + 'ssh-ed25519'.length + 4 + 32;

/**
 * A new ed25519 key pair; each lab has its own, for its user and for its machines.
 *
 * ssh2 takes the key for a number and leaves out a first byte of zero, which one in 256 has: such a pair is no key, and
 * another one is made.
 */
export function newKeyPair(): KeyPair {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519');
    const wire = Buffer.from(pair.public.split(' ')[1] ?? '', 'base64');
    if (wire.length === PUBLIC_SIZE) return { private: pair.private, public: pair.public };
  }
}

/**
 * A private key in the form of dropbear's own files (dropbear: src/ed25519.c): the name of the algorithm, then the 64
 * bytes that OpenSSH's format has as well (openssh: PROTOCOL.key), each after its length.
 */
export function dropbearKey({ private: pem }: KeyPair): Buffer {
  const blob = Buffer.from(pem.replace(/-----[^-]*-----|\s/g, ''), 'base64');
  const name = Buffer.from('\0\0\0\x0bssh-ed25519');
  // The private part repeats the name; the public key and the private one follow, 32 and 64 bytes after their lengths.
  const end = blob.lastIndexOf(name) + name.length;
  const secret = blob.subarray(end + 4 + 32, end + 4 + 32 + 4 + 64);
  if (end < name.length || secret.length !== 68 || secret.readUInt32BE() !== 64)
    throw new Error('no ed25519 key in the format of OpenSSH');
  return Buffer.concat([name, secret]);
}
