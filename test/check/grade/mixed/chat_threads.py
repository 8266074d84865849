"""A chat room with a thread for each member."""
import socket
import sys
import threading

members = {}
lock = threading.Lock()


def tell_all(text):
    for member in list(members):
        try:
            member.sendall(text.encode())
        except OSError:
            pass


def enter(client):
    while True:
        client.sendall(b"Please, Enter Your ig name")
        text = client.recv(1024).decode(errors="replace").strip()
        if not text:
            return None
        words = text.strip(":").split(":")
        name, login = words[0], words[-1]
        with lock:
            taken = next((word for word in (login, name) if word == "Server" or any(word in names for names in members.values())), None)
            if taken is None:
                members[client] = (name, login)
                client.sendall(f"new user :{name}:{login} connected!\n".encode())
                tell_all(f"new user :{name}:{login} joined \n")
                return name, login
        client.sendall(f"Name taken: {taken}, choose another\n".encode())


def serve(client):
    names = None
    try:
        names = enter(client)
        while names and (data := client.recv(1024)):
            with lock:
                tell_all(data.decode(errors="replace"))
    except OSError:
        pass
    finally:
        client.close()
        if names:
            with lock:
                members.pop(client, None)
                tell_all(":%s:%s left chat" % names)


server = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=64)
while True:
    client, _ = server.accept()
    threading.Thread(target=serve, args=(client,), daemon=True).start()
