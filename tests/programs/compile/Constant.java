// A string that is twice as long with each name, and is computed while it is compiled.
public class Main {
    static final String A = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
    static final String B = A + A + A + A + A + A + A + A, C = B + B + B + B + B + B + B + B;
    static final String D = C + C + C + C + C + C + C + C, E = D + D + D + D + D + D + D + D;
    static final String F = E + E + E + E + E + E + E + E, G = F + F + F + F + F + F + F + F;
    static final String H = G + G + G + G + G + G + G + G, I = H + H + H + H + H + H + H + H;
    public static void main(String[] words) { System.out.println(I.length()); }
}
