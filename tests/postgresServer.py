# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""A throw-away PostgreSQL server, for tests."""

__all__ = ["findPostgres", "runServer"]

import contextlib
import getpass
import os
import pathlib
import shutil
import subprocess
import tempfile


def findPostgres():
    """Find the folder with PostgreSQL's server programs.

    Returns
    -------
    folder : `pathlib.Path` or `None`
        `None` if there is none on this machine.
    """
    if onPath := shutil.which("initdb"):
        return pathlib.Path(onPath).resolve().parent
    # Where Debian and Ubuntu have them; they are on nobody's PATH.
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@contextlib.contextmanager
def runServer(programs):
    """Run a server that nobody but this machine's users can reach.

    Parameters
    ----------
    programs : `pathlib.Path`
        What `findPostgres` returned.

    Yields
    ------
    uri : `str`
        Address of an empty database, with the extension that the Butler
        needs.
    """
    # PostgreSQL refuses to run as root.
    asUser = ["runuser", "-u", "postgres", "--"] if getpass.getuser() == "root" else []

    def run(name, *words):
        done = subprocess.run(
            [*asUser, programs / name, *words], cwd="/", capture_output=True, text=True, timeout=120
        )
        if done.returncode:
            raise RuntimeError(f"{name} failed:\n{done.stdout}\n{done.stderr}")

    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        if asUser:
            shutil.chown(folder, "postgres")
        data = os.path.join(folder, "data")
        # The server listens on a socket in its own folder only.
        run("initdb", "-D", data, "-U", "butler", "-A", "trust", "--encoding=UTF8", "--no-sync")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        run("pg_ctl", "-D", data, "-l", f"{folder}/log", "-o", options, "-w", "start")
        try:
            run("psql", "-h", folder, "-U", "butler", "-d", "postgres", "-c", "CREATE EXTENSION btree_gist")
            yield f"postgresql+psycopg2://butler@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


if __name__ == "__main__" and findPostgres() is None:
    raise SystemExit("There is no PostgreSQL server here; on Debian: apt-get install postgresql")
