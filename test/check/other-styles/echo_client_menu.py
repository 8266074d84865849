"""An echo client with a menu.  echo_client_menu.py HOST PORT"""
import socket, sys

MENU = """
1. echo a text
2. download a file
3. run a program
4. close
"""
def main():
    try:
        s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
    except OSError:
        print("Server is not available"); return 1
    print("Server:", s.recv(4096).decode())
    while True:
        print(MENU)
        try:
            n = int(input("Your choice: "))
        except ValueError:
            print("not a number"); continue
        except EOFError:
            break
        try:
            if n == 1:
                s.sendall(input("Text: ").encode())
                print("Server:", s.recv(4096).decode())
            elif n == 2:
                name = input("File: ")
                s.sendall(("download " + name).encode())
                data = s.recv(4096)
                if data == b"Problem in opening file":
                    print(data.decode())
                else:
                    with open("client_" + name, "wb") as f: f.write(data)
                    print("File saved")
            elif n == 3:
                s.sendall(("run " + input("Program: ")).encode())
                print(s.recv(4096).decode())
            elif n == 4:
                s.sendall(b"close")
                print("Server:", s.recv(4096).decode())
                break
        except OSError as e:
            print("Connection broken:", e); return 1
        except EOFError:
            break
    s.close()
    return 0

sys.exit(main())
