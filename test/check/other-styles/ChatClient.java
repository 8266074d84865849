/* A chat client in Java: Scanner for the login and what is said, a thread that hears.  java ChatClient HOST PORT */
import java.io.*;
import java.net.*;
import java.util.Scanner;

public class ChatClient {
    public static void main(String[] args) throws Exception {
        Socket socket;
        try {
            socket = new Socket(args[0], Integer.parseInt(args[1]));
        } catch (ConnectException e) {
            System.err.println("Could not connect: " + e.getMessage());
            System.exit(1);
            return;
        }
        final InputStream in = socket.getInputStream();
        OutputStream out = socket.getOutputStream();
        Thread reader = new Thread(() -> {
            byte[] b = new byte[1024];
            try {
                int n;
                while ((n = in.read(b)) != -1) { System.out.print(new String(b, 0, n)); System.out.flush(); }
                System.out.println("\nThe server has left.");
            } catch (IOException e) {
                System.out.println("\nConnection lost.");
            }
            System.exit(0);
        });
        reader.start();
        Scanner sc = new Scanner(System.in);
        String login = sc.nextLine();
        out.write(login.getBytes());
        String name = login.split(":")[1];
        while (sc.hasNextLine()) {
            String text = sc.nextLine();
            if (text.equals("bye")) break;
            out.write((":" + name + ":" + text).getBytes());
        }
        socket.close();
        System.exit(0);
    }
}
