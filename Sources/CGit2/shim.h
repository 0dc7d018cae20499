#include <git2.h>

// git_libgit2_opts is variadic, which Swift cannot call; each option that is
// used gets a function with its real parameters.

// Re-hashing every object that is read costs more than reading it; git itself
// does not do it either (`git fsck` does).
static inline int sluice_git_enable_strict_hash_verification(int enabled) {
    return git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, enabled);
}

// Accepts repository format extensions that do not change how objects and
// references are read, which libgit2 1.5 would otherwise refuse to open.
static inline int sluice_git_set_extensions(const char **names, size_t count) {
    return git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, names, count);
}

// The certificates that https servers are checked against, for the whole process.
static inline int sluice_git_set_ssl_certificates(const char *file) {
    return git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, file, (const char *)0);
}
