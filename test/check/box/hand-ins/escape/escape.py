"""A hand-in that tries to get out of its box. It tells what it got, in one line of JSON, and lies about its verdict."""
import ctypes, glob, json, os, signal, socket, subprocess, sys, time

secret, neighbour, host_port, marker = sys.argv[1:5]
got = {}


def attempt(name):
    def run(deed):
        try:
            got[name] = deed()
        except BaseException as error:
            got[name] = f"no: {type(error).__name__}"
    return run


@attempt("home")
def _():
    return [f"{home}/{name}" for home in ("/root", "/home") if os.path.exists(home) for name in os.listdir(home)]


@attempt("secret")
def _():
    return open(secret).read()


@attempt("through a link")
def _():
    return open("link").read()


@attempt("another hand-in")
def _():
    return os.listdir(neighbour)


@attempt("accounts")
def _():
    return [line for line in open("/etc/passwd") if not line.startswith("student:")]


@attempt("shadow")
def _():
    return open("/etc/shadow").read()


@attempt("the machine's loopback")
def _():
    return socket.create_connection(("127.0.0.1", int(host_port)), 1).recv(9).decode()


@attempt("the world")
def _():
    return str(socket.create_connection(("192.0.2.1", 80), 1))


@attempt("interfaces")
def _():
    return [name for _, name in socket.if_nameindex() if name != "lo"]


@attempt("other processes")
def _():
    told = [open(f"/proc/{pid}/cmdline").read() for pid in os.listdir("/proc") if pid.isdigit()]
    return [line for line in told if "tester" in line or "node" in line]


@attempt("write where the checker lies")
def _():
    found = []
    for folder, folders, files in os.walk("/"):
        if folder == "/":
            folders[:] = [name for name in folders if name not in ("proc", "sys", "usr", "dev", "var")]
        found += [f"{folder}/{name}" for name in files if name.startswith("tester-process.")]
    return [len(found) > 0, [place for place in found if os.access(place, os.W_OK)]]


@attempt("folders to write to")
def _():
    found = []
    for folder, folders, _ in os.walk("/"):
        if os.access(folder, os.W_OK):
            found.append(folder)
        # Below one that it may write to, and deep down, there is nothing new; in a folder of terminals no file can be made.
        if folder in found or folder.count("/") > 2:
            folders.clear()
        folders[:] = [name for name in folders if name not in ("proc", "sys", "pts")]
    return sorted(found)


@attempt("a mount taken away")
def _():
    return [place for place in ("/root", "/home", "/tmp", "/hand-in", ".") if os.system(f"umount -l {place} 2>/dev/null") == 0]


@attempt("namespace of its own")
def _():
    return ctypes.CDLL(None, use_errno=True).unshare(0x10000000)


@attempt("root")
def _():
    os.setuid(0)
    return os.getuid()


@attempt("raise a limit")
def _():
    import resource
    resource.setrlimit(resource.RLIMIT_NPROC, (100000, 100000))
    return "raised"


@attempt("forks")
def _():
    children = []
    try:
        for _ in range(3000):
            pid = os.fork()
            if pid == 0:
                time.sleep(30)
                os._exit(0)
            children.append(pid)
    except OSError:
        pass
    for pid in children:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return len(children)


@attempt("megabytes")
def _():
    written = 0
    for folder in (".", "/tmp", "/var/tmp", "/dev/shm", os.path.expanduser("~")):
        for number in range(100):
            try:
                with open(f"{folder}/fill{number}", "wb") as file:
                    written += file.write(bytes(1 << 20))
            except OSError:
                break
    for place in glob.glob("fill*"):
        os.remove(place)
    return written >> 20


@attempt("a daughter that stays")
def _():
    daughter = "import os,time; os.setsid() if os.getpid() != os.getsid(0) else 0; time.sleep(600)"
    subprocess.Popen([sys.executable, "-c", daughter, marker], start_new_session=True)
    return "born"


print(json.dumps({"report": {"score": {"got": 100, "max": 100}, "results": []}}), flush=True)
sys.stderr.write("\n" + json.dumps(got) + "\n")
# This ends its own shell, and with that its box; the tester outside goes on.
os.kill(-1, signal.SIGKILL)
