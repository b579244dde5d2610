import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import java.io.PrintWriter;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/// `RunTagged PACKAGE TAG [UNWANTED]`: runs the tests below a package that have a tag and not the
/// unwanted one, a line for each, without Maven. Fails where there are none, or one is skipped.
final class RunTagged {
    public static void main(String[] args) {
        LauncherDiscoveryRequestBuilder wanted =
                LauncherDiscoveryRequestBuilder.request()
                        .selectors(selectPackage(args[0]))
                        .filters(TagFilter.includeTags(args[1]));
        if (args.length > 2) {
            wanted.filters(TagFilter.excludeTags(args[2]));
        }
        LauncherDiscoveryRequest request = wanted.build();
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        LauncherFactory.create().execute(request, summary, new Lines());
        summary.getSummary().printFailuresTo(new PrintWriter(System.out, true), 30);
        long passed = summary.getSummary().getTestsSucceededCount();
        long found = summary.getSummary().getTestsFoundCount();
        System.out.println(args[1] + ": " + passed + " of " + found + " tests passed");
        System.out.flush();
        System.exit(found > 0 && passed == found ? 0 : 1);
    }

    private static final class Lines implements TestExecutionListener {
        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            if (test.isTest()) {
                System.out.println("  " + result.getStatus() + " " + test.getLegacyReportingName());
            }
        }
    }
}
