// Does not compile: a long is assigned to an int without a cast.
public class Main {
    public static void main(String[] args) {
        java.util.Scanner in = new java.util.Scanner(System.in);
        int sum = in.nextLong() + in.nextLong();
        System.out.println(sum);
    }
}
