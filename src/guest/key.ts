// SPDX-License-Identifier: GPL-2.0-only
import ssh2 from 'ssh2';

export interface KeyPair {
  /** OpenSSH's private key format. */
  private: string;
  /** One line as in authorized_keys. */
  public: string;
}

/** A new ed25519 key pair; each lab has its own, for its user and for its machines. */
export function newKeyPair(): KeyPair {
  const pair = ssh2.utils.generateKeyPairSync('ed25519');
  return { private: pair.private, public: pair.public };
}
