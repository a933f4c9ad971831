#include "base/crypt.h"

#include <errno.h>
#include <assert.h>
#include <errno.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

static_assert((int)CRYPT_HASH_BYTES == (int)crypto_hash_sha256_BYTES, "SHA-256");
static_assert((int)CRYPT_KEY_BYTES == (int)crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "key");
enum {
    NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG_BYTES = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    FILE_PIECE = 64 * KIB,
};

// SHA-256 comes from OpenSSL, which uses the processor's own instructions for it; libsodium's is
// plain C, and the chain of events made it a tenth of the writer's time.
static EVP_MD *sha256; // looked up once: a look-up costs more than hashing an event

static EVP_MD_CTX *hash_begin(void)
{
    EVP_MD_CTX *h = EVP_MD_CTX_new();
    CHECK_MEMORY(h != NULL && EVP_DigestInit_ex2(h, sha256 ? sha256 : EVP_sha256(), NULL) == 1);
    return h;
}

static void hash_add(EVP_MD_CTX *h, const void *x, size_t n)
{
    CHECK(EVP_DigestUpdate(h, x, n) == 1);
}

static void hash_end(EVP_MD_CTX *h, uint8_t out[CRYPT_HASH_BYTES])
{
    CHECK(EVP_DigestFinal_ex(h, out, NULL) == 1);
    EVP_MD_CTX_free(h);
}

void crypt_init(void)
{
    CHECK(sodium_init() >= 0);
    if (!sha256)
        sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

void crypt_random(void *out, size_t n)
{
    randombytes_buf(out, n);
}

str crypt_token(struct arena *a, size_t bytes)
{
    unsigned char *raw = arena_alloc(a, bytes);
    randombytes_buf(raw, bytes);
    size_t cap = sodium_base64_encoded_len(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *text = arena_alloc(a, cap);
    sodium_bin2base64(text, cap, raw, bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(raw, bytes);
    return (str){text, cap - 1};
}

static const unsigned char *bytes_of(str x)
{
    return (const unsigned char *)(x.n == 0 ? "" : x.s);
}

void crypt_sha256(str x, uint8_t out[CRYPT_HASH_BYTES])
{
    EVP_MD_CTX *s = hash_begin();
    hash_add(s, bytes_of(x), x.n);
    hash_end(s, out);
}

bool crypt_sha256_fd(int fd, uint8_t out[CRYPT_HASH_BYTES])
{
    EVP_MD_CTX *s = hash_begin();
    unsigned char piece[FILE_PIECE];
    for (;;) {
        ssize_t n = read(fd, piece, sizeof(piece));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            EVP_MD_CTX_free(s);
            return false;
        }
        if (n == 0)
            break;
        hash_add(s, piece, (size_t)n);
    }
    hash_end(s, out);
    return true;
}

void crypt_sha256_parts(const str *parts, size_t n, uint8_t out[CRYPT_HASH_BYTES])
{
    EVP_MD_CTX *s = hash_begin();
    for (size_t i = 0; i < n; i++) {
        uint8_t length[8]; // little end first, on every machine
        for (size_t k = 0; k < sizeof(length); k++)
            length[k] = (uint8_t)(parts[i].n >> (8 * k));
        hash_add(s, length, sizeof(length));
        hash_add(s, bytes_of(parts[i]), parts[i].n);
    }
    hash_end(s, out);
}

str crypt_hex(struct arena *a, const uint8_t *x, size_t n)
{
    char *text = arena_alloc(a, 2 * n + 1);
    sodium_bin2hex(text, 2 * n + 1, x, n);
    return (str){text, 2 * n};
}

bool crypt_equal(const void *a, const void *b, size_t n)
{
    return sodium_memcmp(a, b, n) == 0;
}

str crypt_password_hash(struct arena *a, str password, bool quick)
{
    char text[crypto_pwhash_STRBYTES];
    unsigned long long work =
        quick ? crypto_pwhash_OPSLIMIT_MIN : crypto_pwhash_OPSLIMIT_INTERACTIVE;
    size_t memory = quick ? crypto_pwhash_MEMLIMIT_MIN : crypto_pwhash_MEMLIMIT_INTERACTIVE;
    // Fails only when the memory cannot be had.
    CHECK_MEMORY(
        crypto_pwhash_str(text, (const char *)bytes_of(password), password.n, work, memory) == 0);
    return str_dup(a, str_of(text));
}

bool crypt_password_ok(str hash, str password)
{
    char text[crypto_pwhash_STRBYTES] = {0};
    if (hash.n == 0 || hash.n >= sizeof(text))
        return false;
    memcpy(text, hash.s, hash.n);
    errno = 0;
    if (crypto_pwhash_str_verify(text, (const char *)bytes_of(password), password.n) == 0)
        return true;
    CHECK_MEMORY(errno != ENOMEM); // nobody is told that his password is wrong because of it
    return false;
}

str crypt_seal(struct arena *a, const uint8_t key[CRYPT_KEY_BYTES], str plain, str context)
{
    size_t n = NONCE_BYTES + plain.n + TAG_BYTES;
    unsigned char *out = arena_alloc(a, n);
    randombytes_buf(out, NONCE_BYTES);
    CHECK(crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE_BYTES, NULL, bytes_of(plain),
              plain.n, bytes_of(context), context.n, NULL, out, key) == 0);
    return (str){(const char *)out, n};
}

bool crypt_open(
    struct arena *a, const uint8_t key[CRYPT_KEY_BYTES], str sealed, str context, str *plain)
{
    if (sealed.n < NONCE_BYTES + TAG_BYTES)
        return false;
    const unsigned char *in = bytes_of(sealed);
    size_t n = sealed.n - NONCE_BYTES - TAG_BYTES;
    unsigned char *out = arena_alloc(a, n + 1);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, in + NONCE_BYTES,
            sealed.n - NONCE_BYTES, bytes_of(context), context.n, in, key) != 0)
        return false;
    *plain = (str){(const char *)out, n};
    return true;
}
