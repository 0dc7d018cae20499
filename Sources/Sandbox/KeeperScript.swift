/// The shell program that looks after one running server.
///
/// It outlives whoever started it and ends with the last user. Who uses the
/// cluster is counted by the kernel: every user holds a shared `flock` on the
/// file `users`, and the keeper waits for the exclusive one. A user that exits,
/// crashes or is killed with SIGKILL gives its lock up all the same. Once the
/// keeper has the exclusive lock no user can join until it has ended, so there
/// is no moment at which a server that is about to stop is handed out.
///
/// It runs in a session of its own, where Ctrl-C at a terminal does not reach
/// it, under dash or any other POSIX shell.
enum KeeperScript {
    /// The word after `sh -s` by which a keeper is known in `/proc`.
    static let marker = "sluice-keeper"

    static let text = #"""
        # 1 marker, 2 cluster directory, 3 folder of the server's programs,
        # 4 ephemeral or kept, 5 socket directory, 6 seconds to linger,
        # 7 owner of new data or empty, 8 words before the server's commands or
        # empty, then initdb's options, --, and the server's options.
        # Descriptor 9 arrives with the exclusive lock on the file keeper.
        say() { printf '%s\n' "$*"; }

        # What may not outlive the server. Other users, if there are any, are
        # those of a server that failed: their data are lost, but not the logs.
        remove_traces() {
            if [ "$lifetime" = ephemeral ]; then
                exec 9>&-
                flock -x 8
            fi
            cd /
            case $sockets in
                "$directory"/*) ;;
                *) rm -rf -- "$sockets" ;;
            esac
            if [ "$lifetime" = ephemeral ]; then rm -rf -- "$directory"; fi
        }

        fail() {
            say "$*"
            remove_traces
            exit 1
        }

        create_data() {
            rm -rf data.new
            mkdir data.new
            if [ -n "$owner" ]; then chown "$owner" data.new; fi
            $drop test -w "$directory/data.new" ||
                fail "The account ${owner:-of this user} cannot reach $directory."
            $drop "$programs/initdb" -D "$directory/data.new" "$@" >initdb.log 2>&1 8>&- 9>&- || {
                rm -rf data.new
                fail "initdb ended with an error."
            }
            mv data.new data
            rm -f initdb.log
        }

        # Runs a command so that a signal to this shell ends both.
        wait_for() { "$@" & wait "$!"; }

        # Waits until nobody uses the cluster, then stops the server: in order
        # first, at once after five seconds.
        stop_after_last_user() {
            trap 'kill "$!" 2>/dev/null; exit 0' TERM
            exec 9>&-
            while :; do
                wait_for flock -x 8
                [ "$linger" = 0 ] && break
                flock -u 8
                wait_for sleep "$linger"
                flock -x -n 8 && break
            done
            for signal in INT QUIT KILL; do
                kill -0 "$1" 2>/dev/null || break
                kill -"$signal" "$1" 2>/dev/null
                rounds=0
                while kill -0 "$1" 2>/dev/null && [ "$rounds" -lt 250 ]; do
                    wait_for sleep 0.02
                    rounds=$((rounds + 1))
                done
            done
            # The shell that should clear up may itself have been killed.
            kill -0 "$$" 2>/dev/null || remove_traces
        }

        keep() {
            directory=$2 programs=$3 lifetime=$4 sockets=$5 linger=$6 owner=$7 drop=$8
            shift 8
            umask 077
            cd -- "$directory" || exit 1
            exec 8<>users

            initdb_options=
            while [ "$1" != -- ]; do
                initdb_options="$initdb_options $1"
                shift
            done
            shift
            # The options of initdb hold no blanks: splitting them is meant.
            [ -f data/PG_VERSION ] || create_data $initdb_options

            rm -f postgres.log
            $drop "$programs/postgres" -D "$directory/data" "$@" >postgres.log 2>&1 8>&- 9>&- &
            server=$!
            trap 'kill -INT "$server" 2>/dev/null' HUP INT TERM
            stop_after_last_user "$server" &
            watcher=$!

            while kill -0 "$server" 2>/dev/null; do wait "$server"; done
            kill "$watcher" 2>/dev/null
            wait "$watcher"
            remove_traces
        }

        # The script arrives on the standard input: it is read to its end before
        # anything runs, and no program sees it.
        keep "$@" </dev/null
        """#
}
