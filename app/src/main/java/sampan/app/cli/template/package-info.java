/// Go's text/template as far as people use it in `--format`: fields, pipelines, if, range, with,
/// variables, the built-in functions and those that the docker client adds. No Java library speaks
/// it. Values are what JSON has: maps, lists, strings, numbers, booleans and null for nil.
@NullMarked
package sampan.app.cli.template;

import org.jspecify.annotations.NullMarked;
