#!/bin/sh
# What the tests need besides Python and its packages: installed where that is allowed, named where it is not.
# With CI=true a missing one is a failure; else the tests that need it are skipped, and say so.
set -eu

# package of Debian and Ubuntu, then where its program may be: a name is looked for on the PATH, a path or pattern as a file
needed="
openssl openssl
postgresql postgres /usr/lib/postgresql/*/bin/postgres
golang-go go
golang-golang-x-mod-dev /usr/share/gocode/src/golang.org/x/mod/sumdb
default-jre-headless java
epubcheck /usr/share/java/epubcheck.jar
exiv2 exiv2
ffmpeg ffprobe
flac metaflac
gifsicle gifsicle
imagemagick identify
jpeginfo jpeginfo
libarchive-zip-perl /usr/share/perl5/Archive/Zip.pm
libheif-examples heif-enc
libimage-exiftool-perl exiftool
libjpeg-turbo-progs djpeg
libreoffice-calc-nogui /usr/lib/libreoffice/program/libsclo.so
libreoffice-impress-nogui /usr/lib/libreoffice/program/libsdlo.so
libreoffice-writer-nogui /usr/lib/libreoffice/program/libswlo.so
libxml2-utils xmllint
mediainfo mediainfo
mkvtoolnix mkvmerge
opus-tools opusinfo
pngcheck pngcheck
poppler-utils pdfsig
qpdf qpdf
unzip unzip
vorbis-tools ogginfo
webp webpinfo
"

is_there() {
    for place in "$@"; do
        { command -v "$place" || [ -e "/$place" ]; } >/dev/null 2>&1 && return 0
    done
    return 1
}

missing=""
while read -r package places; do
    [ -n "$package" ] || continue
    # shellcheck disable=SC2086 # the places are words, and patterns to expand
    is_there $places || missing="$missing $package"
done <<END
$needed
END
[ -n "$missing" ] || exit 0

as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo -n"
if command -v apt-get >/dev/null 2>&1 && $as_root true 2>/dev/null; then
    echo "installing$missing …"
    # the tests start PostgreSQL servers of their own; the packages need not set one up as a service
    own=/etc/postgresql-common/createcluster.d/hegui-tests.conf
    $as_root mkdir -p "${own%/*}" && echo "create_main_cluster = false" | $as_root tee "$own" >/dev/null
    trap '$as_root rm -f "$own"' EXIT
    if { $as_root apt-get update -qq && DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq $missing; } >/dev/null; then
        exit 0
    fi
fi
echo "Some tests need what is not here. On Debian or Ubuntu run: apt-get install$missing" >&2
[ "${CI:-}" != true ] || exit 1
