// Hashes, passwords, encryption and randomness, all by libsodium (SHA-256 by the processor, where
// it can).
#ifndef BH_BASE_CRYPT_H
#define BH_BASE_CRYPT_H

#include "base/err.h"

enum { CRYPT_HASH_BYTES = 32, CRYPT_KEY_BYTES = 32 };

void crypt_init(void); // once, before anything else; aborts when there is no randomness
void crypt_random(void *out, size_t n);
str crypt_token(struct arena *a, size_t bytes); // URL-safe base64 of so many random bytes
void crypt_sha256(str x, uint8_t out[CRYPT_HASH_BYTES]);
// Of an open file, from where it stands to its end, in flat memory; false when it cannot be read.
bool crypt_sha256_fd(int fd, uint8_t out[CRYPT_HASH_BYTES]) MUST_USE;
// SHA-256 of several slices, each preceded by its length, so that moving a border changes the hash.
void crypt_sha256_parts(const str *parts, size_t n, uint8_t out[CRYPT_HASH_BYTES]);
str crypt_hex(struct arena *a, const uint8_t *x, size_t n);
bool crypt_equal(const void *a, const void *b, size_t n); // constant time

// Argon2id. quick = true uses the library's smallest setting, for tests and demonstration data.
str crypt_password_hash(struct arena *a, str password, bool quick);
bool crypt_password_ok(str hash, str password);

// XChaCha20-Poly1305; nonce in front. context is authenticated, not stored: a row moved to another
// item fails.
str crypt_seal(struct arena *a, const uint8_t key[CRYPT_KEY_BYTES], str plain, str context);
bool crypt_open(struct arena *a, const uint8_t key[CRYPT_KEY_BYTES], str sealed, str context,
    str *plain) MUST_USE;

#endif
