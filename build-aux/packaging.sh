# What `./dev audit`, `./dev flatpak`, `./dev deb` and `./dev release` do; read by ./dev, whose words and folders it uses.
# shellcheck shell=bash

readonly PACKAGES=$CHECKOUT/target/packages

# The version, as the workspace says it once.
version() { sed --quiet 's/^version = "\(.*\)"$/\1/p' Cargo.toml; }

# Two builds of one commit are the same to the bit: what is packed bears the commit's time, and programs name no folder of this machine.
prepare_reproducible_build() {
    SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
    export SOURCE_DATE_EPOCH
}

require_tool() { command -v "$1" >/dev/null || die "$1 is missing; $2"; }

# --- What is not ours -----------------------------------------------------------------------------

# Both know the same defects; cargo-deny knows licences and origins, too, and cargo-audit what was withdrawn.
cmd_audit() {
    local deny=() audit=()
    if [ "${1:-}" = --offline ]; then
        deny=(--offline) audit=(--no-fetch)
        shift
    fi
    [ $# -eq 0 ] || die "audit does not know $1; see ./dev help"
    require_tool cargo-deny "cargo install --locked cargo-deny brings it"
    require_tool cargo-audit "cargo install --locked cargo-audit brings it"
    say "Auditing the dependencies"
    if [ ${#deny[@]} -gt 0 ]; then
        compgen -G "$CARGO_HOME/advisory-dbs/*/.git" >/dev/null \
            || die "no list of known defects was fetched yet; run ./dev audit once with the Internet"
    else
        cargo deny fetch db || die "the list of known defects cannot be fetched; ./dev audit --offline goes by the last one"
    fi
    cargo deny --locked "${deny[@]}" check
    cargo audit --deny warnings "${audit[@]}"
}

# --- Flatpak --------------------------------------------------------------------------------------

cmd_flatpak() {
    local remote=flathub repo=$PACKAGES/flatpak-repo url='' id=$APP_ID does_start=yes
    while [ $# -gt 0 ]; do
        case $1 in
            --remote) remote=${2:?--remote wants a name} && shift ;;
            --repo) repo=$(realpath --canonicalize-missing "${2:?--repo wants a folder}") && shift ;;
            --url) url=${2:?--url wants an address} && shift ;;
            --development) id=$APP_ID.Devel ;;
            --no-start) does_start=no ;;
            *) die "flatpak does not know $1; see ./dev help" ;;
        esac
        shift
    done
    build_flatpak "$id" "$remote" "$repo"
    write_flatpakref "$id" "$repo" "${url:-file://$repo}" "$remote"
    say "Installing for this user"
    flatpak install --user --noninteractive --or-update --bundle "$PACKAGES/majlis.flatpak"
    [ "$does_start" = no ] || exec flatpak run --user "$id"
}

# Exports the application into a repository, and writes the bundle that one hands from person to person.
build_flatpak() {
    local id=$1 remote=$2 repo=$3 vendored
    require_tool flatpak "install it from your system"
    require_tool flatpak-builder "install it from your system"
    require_rust
    mkdir --parents "$PACKAGES"
    # The build itself reaches no network.
    say "Fetching the crates"
    vendored=$(cargo vendor --locked build-aux/vendor 2>&1) || die "$vendored"
    say "Building the Flatpak"
    flatpak-builder --user --install-deps-from="$remote" --disable-rofiles-fuse --force-clean \
        --default-branch=stable --state-dir="$PACKAGES/flatpak-state" --repo="$repo" \
        "$PACKAGES/flatpak-build" "build-aux/$id.json"
    flatpak build-bundle "$repo" "$PACKAGES/majlis.flatpak" "$id" stable
    say "The bundle is $PACKAGES/majlis.flatpak"
}

# Beside the repository: what one opens to install from there, updates included, wherever the folder is served from. Who does
# not have the runtime gets it from Flathub, if it is Flathub's; asking there takes the Internet, so of another nothing is said.
write_flatpakref() {
    local id=$1 repo=$2 url=$3 remote=$4
    flatpak build-update-repo --generate-static-deltas "$repo"
    cat >"$repo/majlis.flatpakref" <<REF
[Flatpak Ref]
Name=$id
Branch=stable
Title=Majlis
Url=$url
IsRuntime=false
REF
    [ "$remote" != flathub ] || echo "RuntimeRepo=https://dl.flathub.org/repo/flathub.flatpakrepo" >>"$repo/majlis.flatpakref"
}

# --- The server -----------------------------------------------------------------------------------

# A program without shared libraries runs on every distribution, whichever it was built on. The target is named, so that
# the flag stays away from build scripts and macros, which are shared libraries themselves.
build_static_server() {
    require_rust
    say "Building the server without shared libraries"
    prepare_reproducible_build
    RUSTFLAGS="-Ctarget-feature=+crt-static --remap-path-prefix=$CHECKOUT=/majlis --remap-path-prefix=$CARGO_HOME=/cargo" \
        cargo build --locked --release --package majlis-server --target "$(host_triple)"
}

static_server() { echo "${CARGO_TARGET_DIR:-$CHECKOUT/target}/$(host_triple)/release/majlis-server"; }

# What the server prints about itself, and its unit, into a folder.
stage_server() {
    local stage=$1 server
    server=$(static_server)
    rm --recursive --force "$stage"
    mkdir --parents "$stage"
    "$server" generate man "$stage/man1"
    "$server" generate completions "$stage/completions"
    sed 's#@bindir@#/usr/bin#' data/majlis-server.service.in >"$stage/majlis-server.service"
}

cmd_deb() {
    [ $# -eq 0 ] || die "deb takes no arguments"
    require_tool cargo-deb "cargo install --locked cargo-deb brings it"
    build_static_server
    stage_server "$CHECKOUT/target/deb"
    mkdir --parents "$PACKAGES"
    cargo deb --no-build --strip --package majlis-server --target "$(host_triple)" --output "$PACKAGES/"
}

# The same for systems without deb: unpack it, and the program runs where it lies.
write_server_archive() {
    local folder stage
    folder=majlis-server-$(version)-$(uname --machine)-linux
    stage=$PACKAGES/$folder
    stage_server "$stage"
    cp data/majlis-server.socket LICENSE CHANGELOG.md "$stage"
    cp data/majlis-server.sysusers "$stage/majlis-server.conf"
    cp --recursive docs "$stage"
    strip -o "$stage/majlis-server" "$(static_server)"
    tar --create --xz --owner=0 --group=0 --numeric-owner --mode=go-w --sort=name --mtime="@$SOURCE_DATE_EPOCH" \
        --file="$PACKAGES/$folder.tar.xz" --directory="$PACKAGES" "$folder"
    rm --recursive "$stage"
}

# --- A release ------------------------------------------------------------------------------------

cmd_release() {
    local remote=flathub audit=()
    while [ $# -gt 0 ]; do
        case $1 in
            --remote) remote=${2:?--remote wants a name} && shift ;;
            --offline) audit=(--offline) ;;
            *) die "release does not know $1; see ./dev help" ;;
        esac
        shift
    done
    check_release "$remote"
    cmd_audit "${audit[@]}"
    .ci/run
    write_release "$remote"
}

# What only a release needs: nothing uncommitted, words for its version in both places, and all that builds it.
check_release() {
    local remote=$1 version
    version=$(version)
    [ -z "$(git status --porcelain)" ] || die "there are changes that are not committed"
    [ -n "$(release_notes)" ] || die "CHANGELOG.md has no words under \"## $version\""
    grep --quiet "<release version=\"$version\"" "data/$APP_ID.metainfo.xml.in" \
        || die "data/$APP_ID.metainfo.xml.in has no release $version"
    require_tool cargo-deb "cargo install --locked cargo-deb brings it"
    require_tool flatpak-builder "install it from your system"
    [[ $'\n'$(flatpak remotes --columns=name)$'\n' = *$'\n'"$remote"$'\n'* ]] || die "flatpak knows no remote $remote"
}

# The lines of CHANGELOG.md under the heading of this version ("## 1.2.0" or "## 1.2.0, 2026-05-01").
release_notes() {
    awk -v "version=$(version)" '
        /^## / { is_ours = ($2 == version || $2 == version ","); next }
        is_ours { print }' CHANGELOG.md | sed '/./,$!d'
}

# Everything that people fetch, its checksums and its notes, in target/packages.
write_release() {
    local remote=$1
    rm --recursive --force "$PACKAGES"
    mkdir --parents "$PACKAGES"
    cmd_deb
    write_server_archive
    git archive --prefix="majlis-$(version)/" --output="$PACKAGES/majlis-$(version).tar.gz" HEAD
    build_flatpak "$APP_ID" "$remote" "$PACKAGES/flatpak-repo"
    (cd "$PACKAGES" && find . -maxdepth 1 -type f -printf '%P\n' | sort | xargs sha256sum >"$CHECKOUT/target/SHA256SUMS")
    mv target/SHA256SUMS "$PACKAGES"
    release_notes >"$PACKAGES/NOTES.md"
    say "The release is in $PACKAGES"
    cat "$PACKAGES/SHA256SUMS"
}
