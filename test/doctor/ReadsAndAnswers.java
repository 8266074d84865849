import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A right server in Java, as it is handed in: a thread for each client, and each line has an answer. */
public class ReadsAndAnswers {
  public static void main(String[] words) throws Exception {
    ServerSocket listener = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"));
    System.out.println("listening on " + listener.getLocalPort());
    while (true) {
      Socket client = listener.accept();
      new Thread(() -> serve(client)).start();
    }
  }

  private static void serve(Socket client) {
    try (client) {
      BufferedReader lines = new BufferedReader(new InputStreamReader(client.getInputStream()));
      while (lines.readLine() != null) client.getOutputStream().write("Incorrect expression format\n".getBytes());
    } catch (java.io.IOException gone) {
      System.err.println(gone);
    }
  }
}
