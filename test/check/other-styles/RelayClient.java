// A relay's client with a thread that reads lines, and PrintWriter.   java RelayClient.java HOST PORT
import java.io.*;
import java.net.Socket;

public class RelayClient {
    public static void main(String[] args) throws IOException {
        try (Socket socket = new Socket(args[0], Integer.parseInt(args[1]))) {
            PrintWriter out = new PrintWriter(socket.getOutputStream(), true);
            BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream()));
            Thread listener = new Thread(() -> {
                try {
                    for (String line; (line = in.readLine()) != null;) System.out.println("<< " + line);
                    System.out.println("The relay has closed.");
                } catch (IOException gone) {
                    System.out.println("The connection is gone: " + gone.getMessage());
                }
                System.exit(0);
            });
            listener.start();
            BufferedReader keyboard = new BufferedReader(new InputStreamReader(System.in));
            System.out.println("Name?");
            for (String line; (line = keyboard.readLine()) != null;) {
                out.println(line);
                if (line.equals("close")) {
                    listener.join();
                    break;
                }
            }
            socket.close();
        } catch (InterruptedException | IOException error) {
            System.err.println(error.getMessage());
            System.exit(1);
        }
    }
}
