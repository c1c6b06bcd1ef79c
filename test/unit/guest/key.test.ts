// SPDX-License-Identifier: GPL-2.0-only
import { createPrivateKey, sign, verify } from 'node:crypto';
import ssh2 from 'ssh2';
import { expect, test } from 'vitest';
import { dropbearKey, newKeyPair } from '../../../src/guest/key.ts';

test("a key in dropbear's form is the same key", () => {
  const pair = newKeyPair();
  const key = dropbearKey(pair);
  expect(key.length).toBe(4 + 11 + 4 + 64);
  expect(key.subarray(4, 15).toString()).toBe('ssh-ed25519');
  const [seed, point] = [key.subarray(19, 51), key.subarray(51)];
  const parsed = ssh2.utils.parseKey(pair.public);
  if (parsed instanceof Error) throw parsed;
  expect(parsed.getPublicSSH().subarray(-32)).toEqual(point);
  // RFC 8410: what comes before the seed of an ed25519 key in PKCS #8.
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const signature = sign(
    null,
    Buffer.from('text'),
    createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }),
  );
  expect(verify(null, Buffer.from('text'), parsed.getPublicPEM(), signature)).toBe(true);
});

test('a key of another kind is refused', () => {
  const { private: pem, public: line } = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
  expect(() => dropbearKey({ private: pem, public: line })).toThrow('no ed25519 key');
});

test('no key is a byte short, though ssh2 leaves out a first byte of zero', () => {
  for (let n = 0; n < 2000; n++) expect(dropbearKey(newKeyPair()).length).toBe(4 + 11 + 4 + 64);
});
