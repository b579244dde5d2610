/// The configuration file: YAML to definitions, definitions to a routing table.
///
/// [ConfigReader] names line, field, value and remedy of what is wrong; [TableBuilder] carries over
/// what must outlive a change. The YAML library stays in this package.
@NullMarked
package sampan.gateway.config;

import org.jspecify.annotations.NullMarked;
