// A client of the address book that asks for one address after another, until its input ends.   java BookClient.java HOST PORT
import java.io.*;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Scanner;

public class BookClient {
    public static void main(String[] args) {
        Scanner keyboard = new Scanner(System.in);
        System.out.println("Which address?");
        while (keyboard.hasNextLine()) {
            byte[] email = keyboard.nextLine().trim().getBytes(StandardCharsets.UTF_8);
            try (Socket socket = new Socket(args[0], Integer.parseInt(args[1]))) {
                DataOutputStream out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
                out.writeByte('Q');
                out.writeByte(email.length);
                out.write(email);
                out.flush();
                DataInputStream in = new DataInputStream(socket.getInputStream());
                if (in.readByte() != 'R') throw new IOException("no answer");
                byte[] name = new byte[in.readByte()];
                in.readFully(name);
                System.out.println(new String(name, StandardCharsets.UTF_8));
            } catch (IOException error) {
                System.err.println("no luck: " + error);
                System.exit(1);
            }
        }
    }
}
