/// The OCI runtime specification's `config.json` for Linux (versions 1.0 to 1.3) as records, and
/// the state document that hooks and the `state` command see.
///
/// Words are the specification's own: [sampan.oci.spec.Spec] is the whole document, a
/// [sampan.oci.spec.ContainerProcess] what runs, [sampan.oci.spec.Linux] everything that only Linux
/// has. Absent lists, maps and texts are empty, absent numbers and objects are `Optional`: no
/// component is ever null. Records bind to JSON by component name through `sampan.oci.json.Json`;
/// what is absent is not written. Unsigned 64-bit numbers are `BigInteger`, because the
/// specification writes "unlimited" as 18446744073709551615.
///
/// Nothing here checks meaning: the plan compiler refuses what it cannot do.
@NullMarked
package sampan.oci.spec;

import org.jspecify.annotations.NullMarked;
