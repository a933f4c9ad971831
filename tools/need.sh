# shellcheck shell=bash disable=SC2034
# Installing what is missing on Debian, and the steps run and check share. Sourced by run and check, from the root of the repository.
#
# A row of a table is "package|how to see that it is there|why it is needed". The second part is one of
#   cmd:NAME   a program on the PATH        pc:NAME   a library known to pkg-config
#   file:GLOB  a file                       node:N    Node.js, at least version N
# so that what came from elsewhere than apt counts as well.

say() { # 中文, English
    printf '▸ %s  %s\n' "$1" "$2"
}

fail() { # 中文, English
    printf '✗ %s\n  %s\n' "$1" "$2" >&2
    exit 1
}

need_build=(
    'gcc|cmd:gcc|C 编译器 C compiler'
    'libc6-dev|file:/usr/include/stdio.h|C 库头文件 C library'
    'meson|cmd:meson|构建 build'
    'ninja-build|cmd:ninja|构建 build'
    'pkg-config|cmd:pkg-config|查找库 finding libraries'
    'libsodium-dev|pc:libsodium|加密、口令 encryption, passwords'
    'libssl-dev|pc:libcrypto|校验值 SHA-256'
    'libjansson-dev|pc:jansson|读 JSON reading JSON'
    'libutf8proc-dev|pc:libutf8proc|Unicode'
    'libsqlite3-dev|pc:sqlite3|数据库 database'
    'libpq-dev|pc:libpq|PostgreSQL'
    'libmicrohttpd-dev|pc:libmicrohttpd|HTTP'
    'libfyaml-dev|pc:libfyaml|流程定义 YAML definitions'
    'libgeos-dev|pc:geos|网格边界 areas of cells'
    'libcsv-dev|file:/usr/include/csv.h|CSV'
    'zlib1g-dev|pc:zlib|压缩 compression'
    'libzip-dev|pc:libzip|读 XLSX reading workbooks'
    'libexpat1-dev|pc:expat|读 XLSX reading workbooks'
)
need_web=(
    'nodejs|node:18|打包网页 bundling the web interface'
    'npm|cmd:npm|网页的依赖 packages of the web interface'
    'ca-certificates|file:/etc/ssl/certs/ca-certificates.crt|npm 下载 npm downloads'
)

need_present() { # test
    local kind=${1%%:*} what=${1#*:}
    case $kind in
    cmd) type -P "$what" >/dev/null ;;
    pc) pkg-config --exists "$what" 2>/dev/null ;;
    file) compgen -G "$what" >/dev/null ;;
    node) type -P node >/dev/null && [ "$(node -p 'process.versions.node.split(".")[0]')" -ge "$what" ] ;;
    esac
}

# Installs the packages of the rows given whose test fails. Nothing is asked, and nothing runs when nothing is missing.
need() { # row...
    local row package test why missing=()
    mkdir -p build && [ -w build ] ||
        fail '当前用户不能写 build/，它可能是别的用户（如 sudo）创建的' \
            'you may not write to build/; perhaps another user (sudo) made it'
    for row in "$@"; do
        IFS='|' read -r package test why <<<"$row"
        need_present "$test" && continue
        [ ${#missing[@]} -gt 0 ] || say '安装缺少的软件包:' 'installing missing packages:'
        printf '    %-20s %s\n' "$package" "$why"
        missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    type -P apt-get >/dev/null ||
        fail "没有 apt-get，请自行安装: ${missing[*]}" "no apt-get here; please install: ${missing[*]}"

    local log=build/apt.log as_root=()
    if [ "$(id -u)" != 0 ]; then
        type -P sudo >/dev/null ||
            fail '安装需要 root 权限，而这里没有 sudo。请先以 root 运行下面这一行，再重新开始' \
                "installing wants root, and there is no sudo; run this line as root first, then start again:
apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
        as_root=(sudo)
    fi
    local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y
        -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300)
    if ! "${apt[@]}" update </dev/null >"$log" 2>&1 ||
        ! "${apt[@]}" install --no-install-recommends "${missing[@]}" </dev/null >>"$log" 2>&1; then
        tail -n 20 "$log" >&2
        fail "安装失败，详见 $log" "installation failed, see $log"
    fi
    for row in "$@"; do
        IFS='|' read -r package test why <<<"$row"
        need_present "$test" ||
            fail "$package 已安装，但不够新或不可用" "$package is installed, but too old or not usable"
    done
}

# A word that changes whenever a file below the folders does: names, sizes and times, not contents.
fingerprint() { # folder...
    find "$@" \( -name node_modules -o -name dist -o -name out \) -prune -o -type f -printf '%p %s %T@\n' 2>/dev/null |
        LC_ALL=C sort | sha256sum | cut -c1-32
}

stamp_is() { # name, value
    [ "$(cat "build/stamp/$1" 2>/dev/null)" = "$2" ]
}

stamp_set() { # name, value
    mkdir -p build/stamp
    printf '%s\n' "$2" >"build/stamp/$1"
}

# npm ci in a folder whose lock file changed since the last time, or whose packages are gone.
npm_packages() { # folder
    local lock
    lock=$(sha256sum <"$1/package-lock.json")
    [ -d "$1/node_modules" ] && stamp_is "npm-${1//\//-}" "$lock" && return 0
    say "安装 $1 的 npm 依赖" "installing the npm packages of $1"
    (cd "$1" && npm ci --no-audit --no-fund --loglevel=error </dev/null) ||
        fail "npm 安装失败 ($1)" "npm failed in $1; is the network there?"
    stamp_set "npm-${1//\//-}" "$lock"
}

# web/dist, when something in web/ changed since it was made.
build_web() {
    [ -f web/build.mjs ] || return 0
    npm_packages web
    local now
    now=$(fingerprint web)
    [ -f web/dist/index.html ] && stamp_is web "$now" && return 0
    say '打包网页' 'bundling the web interface'
    (cd web && node build.mjs </dev/null) || fail '网页打包失败' 'the web interface could not be bundled'
    stamp_set web "$now"
}

# Configures a build folder once; meson itself notices later changes. A folder another machine configured is made anew.
build_setup() { # folder, meson options...
    local dir=$1 want
    shift
    want="$PWD $(cc -dumpversion 2>/dev/null) $*"
    [ -f "$dir/build.ninja" ] && [ "$(cat "$dir/.configured" 2>/dev/null)" = "$want" ] && return 0
    rm -rf "$dir"
    if ! meson setup "$dir" "$@" </dev/null >build/setup.log 2>&1; then
        tail -n 20 build/setup.log
        return 1
    fi
    printf '%s\n' "$want" >"$dir/.configured"
}
