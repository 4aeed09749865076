"""What the benchmark sees of this machine, and nobody else: the other mailers laid over it with their
configuration, an authority that is trusted here, and folders on the disk and on a tmpfs. It needs root; mounts
are in a namespace of its own and end with it. Nothing on the machine is changed."""

import ctypes
import os
import pathlib
import shutil
import subprocess

POSTFIX_CONFIG = "compatibility_level = 3.6\nmyhostname = bench.proseware.com\nmydestination =\n"
POSTFIX_USER, POSTDROP_GROUP = 64101, 64102
BUNDLE = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")
NOWHERE = "127.255.255.255"  # nobody can listen there
FLAGS = {"private": 0x44000, "bind": 0x1000}
NEW_MOUNTS = 0x20000


def mount(kind, source, target, options=""):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(str(source).encode(), str(target).encode(), kind.encode(), FLAGS.get(kind, 0),
                  options.encode()) != 0:
        raise OSError(ctypes.get_errno(), f"mount {target}")


def write(path, text, mode=0o644):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


def append(path, text):
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def lay_over(target, place, lower=()):
    """`target` with what `lower` holds, and writable."""
    for name in ("upper", "work"):
        (place / name).mkdir(parents=True)
    below = ":".join(str(path) for path in (*lower, target))
    mount("overlay", "overlay", target, f"lowerdir={below},upperdir={place / 'upper'},workdir={place / 'work'}")


def make_certificate(place):
    """An authority, and the key and certificate of a server on this machine: (authority, chain)."""
    openssl = ["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    authority, chain = place / "authority.pem", place / "server.pem"
    write(place / "names", "subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:smtp.proseware.com\n")
    for command in (
            [*openssl, "-x509", "-days", "2", "-subj", "/CN=bench authority", "-keyout", place / "authority.key",
             "-out", authority, "-addext", "basicConstraints=critical,CA:TRUE"],
            [*openssl, "-subj", "/CN=mail", "-keyout", place / "server.key", "-out", place / "server.csr"],
            ["openssl", "x509", "-req", "-in", place / "server.csr", "-CA", authority, "-CAkey",
             place / "authority.key", "-CAcreateserial", "-days", "2", "-out", chain, "-extfile", place / "names"]):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    append(chain, (place / "server.key").read_text(encoding="utf-8"))
    return authority, chain


def set_up_nullmailer():
    write(pathlib.Path("/etc/mailname"), "bench.proseware.com\n")
    write(pathlib.Path("/etc/nullmailer/remotes"), f"{NOWHERE} smtp\n")
    program = pathlib.Path("/usr/sbin/nullmailer-queue")
    shutil.chown(program, "mail", "mail")
    program.chmod(0o4755)


def fill_nullmailer_spool(spool):
    for name in ("", "queue", "tmp", "failed"):
        (spool / name).mkdir(exist_ok=True)
        shutil.chown(spool / name, "mail", "mail")
    os.mkfifo(spool / "trigger", 0o600)
    shutil.chown(spool / "trigger", "mail", "mail")


def set_up_postfix():
    append(pathlib.Path("/etc/passwd"),
           f"postfix:x:{POSTFIX_USER}:{POSTFIX_USER}::/var/spool/postfix:/usr/sbin/nologin\n")
    append(pathlib.Path("/etc/group"), f"postfix:x:{POSTFIX_USER}:\npostdrop:x:{POSTDROP_GROUP}:\n")
    write(pathlib.Path("/etc/postfix/main.cf"), POSTFIX_CONFIG)
    program = pathlib.Path("/usr/sbin/postdrop")
    os.chown(program, 0, POSTDROP_GROUP)
    program.chmod(0o2555)


def fill_postfix_spool(spool):
    for name, mode in (("maildrop", 0o1730), ("public", 0o2710), ("pid", 0o755)):
        (spool / name).mkdir()
        os.chown(spool / name, POSTFIX_USER, POSTDROP_GROUP)
        (spool / name).chmod(mode)


class LaidOver:
    """`disk` and `tmpfs` are folders; `peers` is that of install-peers."""

    def __init__(self, place, peers):
        self.place = place
        if ctypes.CDLL(None, use_errno=True).unshare(NEW_MOUNTS) != 0:
            raise PermissionError("make bench needs root, for mounts of its own")
        mount("private", "none", "/")
        self.disk, self.tmpfs = place / "disk", place / "tmpfs"
        for folder in (self.disk, self.tmpfs):
            folder.mkdir()
        mount("tmpfs", "tmpfs", self.tmpfs, "mode=0755")
        self.authority, self.chain = make_certificate(place)
        lay_over(pathlib.Path("/etc"), place / "etc")
        if BUNDLE.exists():
            append(BUNDLE, self.authority.read_text(encoding="utf-8"))
        else:
            write(BUNDLE, self.authority.read_text(encoding="utf-8"))
        lay_over(pathlib.Path("/usr"), place / "usr", [peers / "usr"])
        mount("tmpfs", "tmpfs", "/var/spool", "mode=0755")
        set_up_nullmailer()
        set_up_postfix()

    def put_spools_on(self, folder):
        """From now on those of nullmailer and Postfix are in `folder`."""
        for name, fill in (("nullmailer", fill_nullmailer_spool), ("postfix", fill_postfix_spool)):
            if not (folder / name).exists():
                (folder / name).mkdir()
                fill(folder / name)
            spool = pathlib.Path("/var/spool") / name
            spool.mkdir(exist_ok=True)
            mount("bind", folder / name, spool)

    def end(self):
        """So that the folders can be removed; the namespace goes with the process."""
        for target in ("/var/spool", "/usr", "/etc", self.tmpfs):
            subprocess.run(["umount", "-l", "-R", target], check=False, stderr=subprocess.DEVNULL)
