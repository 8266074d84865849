"""A relay's client with a menu, and a thread that hears.  relay_client_menu.py HOST PORT"""
import socket
import sys
import threading

def receive(sock):
    try:
        while True:
            data = sock.recv(2048)
            if data == b"":
                print("[server closed]")
                break
            print("\n<<", data.decode())
    except OSError as e:
        print("[lost]", e)

sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
try:
    sock.connect((sys.argv[1], int(sys.argv[2])))
except OSError as e:
    sys.exit("cannot connect: %s" % e)

t = threading.Thread(target=receive, args=(sock,))
t.daemon = True
name_sent = False
while True:
    print("Menu: l = login, s = send, c = close")
    try:
        what = input("choice: ")
        if what == "l":
            sock.sendall(input("username: ").encode())
            if not t.is_alive(): t.start()
        elif what == "s":
            to = input("to whom: ")
            text = input("text: ")
            sock.sendall((text + "|" + to).encode())
        elif what == "c":
            sock.sendall(b"close")
            t.join(2)
            break
    except EOFError:
        break
    except OSError as e:
        print("error:", e)
        break
sock.close()
