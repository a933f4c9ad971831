#!/bin/bash
# clang-tidy over every C file of a build folder made with clang; files whose text, headers and rules did not change
# since they last passed are skipped. Usage, from the root of the repository: lint.sh BUILD
set -euo pipefail
build=$1
cache=build/lint-cache
mkdir -p "$cache"

# One line a file: source, and the hash of everything the compiler read for it that is ours.
rules=$(cat .clang-tidy tests/.clang-tidy meson.build <(clang-tidy-14 --version) | sha256sum)
ninja -C "$build" -t deps >"$cache/deps"
(cd "$build" && grep '^ *\.\./' "$OLDPWD/$cache/deps" | sort -u | xargs sha256sum 2>/dev/null) >"$cache/sums" || true
awk -v rules="$rules" '
    NR == FNR { sum[$2] = $1; next }
    /^[^ ]/ { if (source) print source, keys; source = ""; keys = rules; next }
    /^ *\.\.\// { if (!source) source = $1; keys = keys sum[$1] }
    END { if (source) print source, keys }
' "$cache/sums" "$cache/deps" | grep -E '^[./]*(src|tests|tools|bench)/[^ ]*\.c ' | sort -u |
    while read -r source keys; do
        echo "$(sha256sum <<<"$keys" | cut -c1-32) ${source#"${source%%[a-z]*}"}"
    done >"$cache/all"

one() {
    [ -e "$cache/$1" ] && return 0
    if out=$(clang-tidy-14 --quiet -p "$build" "$2" 2>/dev/null); then
        : >"$cache/$1"
    else
        # The finding and its line; the analyser's path to it is long, and one command away.
        awk '/^[^ ].*: note: /{show = 0} /^[^ ].*: (error|warning): /{show = 1} show' <<<"$out" |
            sed "s#^[^ ]*\.\./\.\./##"
        [ -n "$out" ] || echo "$2: clang-tidy failed"
        return 1
    fi
}
export -f one
export build cache
xargs -P 2 -L 1 bash -c 'one "$@"' one <"$cache/all" || bad=1
echo "clang-tidy: $(wc -l <"$cache/all") files"
exit "${bad:-0}"
