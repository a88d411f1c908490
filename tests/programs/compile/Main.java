import java.util.Set;
import javax.annotation.processing.*;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.TypeElement;

// A processor is a program that runs inside the compiler, if the compiler finds it.
@SupportedAnnotationTypes("*")
public class Main extends AbstractProcessor {
    static { System.out.println("it runs"); }
    public boolean process(Set<? extends TypeElement> types, RoundEnvironment round) {
        System.out.println("it processes");
        return false;
    }
    public static void main(String[] words) { System.out.println("main"); }
}
