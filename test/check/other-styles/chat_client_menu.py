"""A chat client: it asks for the name, and then has a menu; a thread hears.  chat_client_menu.py HOST PORT"""
import socket, sys, threading

def listen(s):
    while True:
        try:
            data = s.recv(1024)
        except OSError:
            print("connection lost")
            break
        if not data:
            print("server closed the connection")
            break
        print(data.decode())

def main():
    host = sys.argv[1]; port = int(sys.argv[2])
    s = socket.socket()
    try:
        s.connect((host, port))
    except ConnectionRefusedError:
        print("no server there")
        sys.exit(1)
    name = input("What is your name? ")
    threading.Thread(target=listen, args=(s,), daemon=True).start()
    try:
        s.send(f":{name}:{name}log".encode())
    except OSError:
        print("cannot log in")
        sys.exit(1)
    while True:
        print("1) say something\n2) leave")
        try:
            choice = input("> ")
        except EOFError:
            break
        if choice == "1":
            text = input("text: ")
            try:
                s.send(f":{name}:{text}".encode())
            except OSError:
                print("cannot send any more")
                break
        elif choice == "2":
            break
        else:
            print("1 or 2 please")
    s.close()

main()
