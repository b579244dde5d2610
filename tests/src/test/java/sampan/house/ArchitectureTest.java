package sampan.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/// Who may depend on whom.
class ArchitectureTest {
    private static final JavaClasses SAMPAN =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("sampan");

    @Test
    void packagesFormNoCycle() {
        slices().matching("sampan.(**)").should().beFreeOfCycles().check(SAMPAN);
    }

    @Test
    void onlyLinuxMakesNativeCalls() {
        noClasses()
                .that()
                .resideOutsideOfPackages("sampan.linux..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.foreign.Linker")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("sampan.linux.sys.Kernel")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("sampan.linux.sys.Nr")
                .check(SAMPAN);
    }

    @Test
    void lowerModulesKnowNothingAbove() {
        noClasses()
                .that()
                .resideInAPackage("sampan.linux..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "sampan.oci..",
                        "sampan.runtime..",
                        "sampan.engine..",
                        "sampan.http..",
                        "sampan.api..",
                        "sampan.gateway..",
                        "sampan.app..")
                .check(SAMPAN);
        noClasses()
                .that()
                .resideInAPackage("sampan.http..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "sampan.engine..", "sampan.runtime..", "sampan.oci..", "sampan.api..")
                .check(SAMPAN);
    }

    /// A process of its own, fed over a socket: it must run where no engine is.
    @Test
    void gatewaySeesNoEngine() {
        noClasses()
                .that()
                .resideInAPackage("sampan.gateway..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "sampan.engine..",
                        "sampan.runtime..",
                        "sampan.http..",
                        "sampan.api..",
                        "sampan.app..")
                .check(SAMPAN);
        noClasses()
                .that()
                .resideOutsideOfPackage("sampan.gateway..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("sampan.gateway..")
                .check(SAMPAN);
    }

    @Test
    void onlyAppNamesImplementations() {
        noClasses()
                .that()
                .resideInAnyPackage("sampan.api..", "sampan.buildkit..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "sampan.engine.snapshots.overlay..",
                        "sampan.engine.networks.bridge..",
                        "sampan.engine.tasks.monitor..",
                        "sampan.engine.volumes.local..",
                        "sampan.engine.store..")
                .check(SAMPAN);
    }

    @Test
    void acmeAndItsCryptographyStayInOnePackage() {
        noClasses()
                .that()
                .resideOutsideOfPackages("sampan.gateway.acme..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.shredzone..", "org.bouncycastle..")
                .check(SAMPAN);
    }

    @Test
    void grpcStaysWithBuildKitsWire() {
        noClasses()
                .that()
                .resideOutsideOfPackages("sampan.buildkit..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.grpc..", "io.netty..", "com.google..", "sampan.buildkit.grpc..")
                .check(SAMPAN);
        noClasses()
                .that()
                .resideOutsideOfPackages("sampan.app..", "sampan.buildkit..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("sampan.buildkit..")
                .check(SAMPAN);
    }

    @Test
    void jsonLibraryStaysBehindOneClass() {
        noClasses()
                .that()
                .resideOutsideOfPackages("sampan.oci.json..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("tools.jackson.core..")
                .check(SAMPAN);
    }

    @Test
    void commandLineLibraryStaysInApp() {
        noClasses()
                .that()
                .resideOutsideOfPackages("sampan.app..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("picocli..")
                .check(SAMPAN);
    }

    @Test
    void yamlLibraryStaysInTheGatewaysConfiguration() {
        noClasses()
                .that()
                .resideOutsideOfPackages("sampan.gateway.config..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.snakeyaml..")
                .check(SAMPAN);
    }

    @Test
    void nobodyPrintsOrLogsPastTheLogger() {
        noClasses()
                .that()
                .resideOutsideOfPackages("sampan.app..", "sampan.gateway.process..")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .dependOnClassesThat()
                .resideInAPackage("java.util.logging..")
                .check(SAMPAN);
    }
}
