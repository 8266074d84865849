import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A chat room with a thread for each member. */
public class Chat {
    static final List<Chat> members = new ArrayList<>();
    final Socket socket;
    String name, login;

    Chat(Socket socket) { this.socket = socket; }

    void say(String text) {
        try {
            OutputStream out = socket.getOutputStream();
            out.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // It has left.
        }
    }

    static void sayToAll(String text) {
        for (Chat member : members) member.say(text);
    }

    static boolean isTaken(String word) {
        if (word.equals("Server")) return true;
        for (Chat member : members) if (member.name.equals(word) || member.login.equals(word)) return true;
        return false;
    }

    String hear() throws IOException {
        byte[] buffer = new byte[1024];
        InputStream in = socket.getInputStream();
        int n = in.read(buffer);
        return n < 0 ? null : new String(buffer, 0, n, StandardCharsets.UTF_8);
    }

    boolean enter() throws IOException {
        while (true) {
            say("Please, Enter Your ig name");
            String text = hear();
            if (text == null) return false;
            text = text.trim();
            if (text.startsWith(":")) text = text.substring(1);
            String[] words = text.split(":");
            synchronized (members) {
                String first = words[0], second = words.length > 1 ? words[1] : words[0];
                String taken = isTaken(second) ? second : isTaken(first) ? first : null;
                if (taken == null) {
                    name = first;
                    login = second;
                    members.add(this);
                    say("new user :" + name + ":" + login + " connected!\n");
                    sayToAll("new user :" + name + ":" + login + " joined \n");
                    return true;
                }
                say("Name taken: " + taken + ", choose another\n");
            }
        }
    }

    void serve() {
        boolean isIn = false;
        try {
            isIn = enter();
            String text;
            while (isIn && (text = hear()) != null)
                synchronized (members) { sayToAll(text); }
        } catch (IOException e) {
            System.out.println("lost: " + e.getMessage());
        }
        try { socket.close(); } catch (IOException e) { /* closed */ }
        if (!isIn) return;
        synchronized (members) {
            members.remove(this);
            sayToAll(":" + name + ":" + login + " left chat");
        }
    }

    public static void main(String[] args) throws IOException {
        ServerSocket server = new ServerSocket(Integer.parseInt(args[0]), 50, InetAddress.getByName("127.0.0.1"));
        while (true) {
            Chat member = new Chat(server.accept());
            new Thread(member::serve).start();
        }
    }
}
