package sampan.gateway.process;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import sampan.gateway.config.ConfigReader;
import sampan.gateway.config.PolicyTester;

/// `--config FILE --test CASES`: says what would become of requests.
public final class PolicyCommand {
    private static final int STATUS_AS_EXPECTED = 0;
    private static final int STATUS_DIFFERENT = 1;

    private PolicyCommand() {}

    /// @param cases a file, or its text where it begins with `cases:`
    /// @return the exit status: 0 where all is as expected, 1 where something is not
    public static int test(Path config, String cases, PrintStream out) {
        String text = cases.startsWith("cases:") ? cases : Running.read(Path.of(cases));
        String name = cases.startsWith("cases:") ? "cases" : cases;
        List<PolicyTester.Result> results =
                PolicyTester.run(
                        ConfigReader.read(config.toString(), Running.read(config)), name, text);
        int wrong = 0;
        for (PolicyTester.Result result : results) {
            String rule = result.rule().isEmpty() ? "" : ", rule " + result.rule();
            String route = result.route().isEmpty() ? "no route" : "route " + result.route();
            boolean fine = result.faults().isEmpty();
            wrong += fine ? 0 : 1;
            out.println(
                    (fine ? "ok    " : "WRONG ")
                            + result.request()
                            + " as "
                            + result.as()
                            + ": "
                            + result.decision()
                            + ", "
                            + route
                            + rule
                            + (fine ? "" : ": " + String.join("; ", result.faults())));
        }
        out.println(results.size() + " requests, " + wrong + " not as expected");
        return wrong == 0 ? STATUS_AS_EXPECTED : STATUS_DIFFERENT;
    }
}
