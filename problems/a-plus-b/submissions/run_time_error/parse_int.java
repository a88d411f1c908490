// Crashes: Integer.parseInt throws NumberFormatException for balances that do not fit an int.
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;

public class Main {
    public static void main(String[] args) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        String[] words = in.readLine().trim().split(" ");
        System.out.println((long) Integer.parseInt(words[0]) + Integer.parseInt(words[1]));
    }
}
