package sampan.app.cli.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sampan.app.cli.usage.UsageException;

class GoTemplateTest {
    private static final Map<String, Object> VALUE =
            Map.of(
                    "Name", "web",
                    "Pid", 17L,
                    "State", Map.of("Running", true, "Error", ""),
                    "Labels", Map.of("b.c", "2", "a", "1"),
                    "Args", List.of("x", "y"),
                    "Empty", List.of());

    // What the docker client's own engine (Go 1.24 text/template) prints for the same value.
    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "{{.Name}}~web",
                "{{ .State.Running }}~true",
                "{{json .Args}}~[\"x\",\"y\"]",
                "{{.Args | json}}~[\"x\",\"y\"]",
                "{{.Args}}~[x y]",
                "{{.Labels}}~map[a:1 b.c:2]",
                "{{index .Labels \"b.c\"}}~2",
                "{{index .Args 1}}~y",
                "{{range .Args}}<{{.}}>{{end}}~<x><y>",
                "{{range $i, $e := .Args}}{{$i}}={{$e}},{{end}}~0=x,1=y,",
                "{{range $k, $v := .Labels}}{{$k}}:{{$v}} {{end}}!~a:1 b.c:2 !",
                "{{range .Empty}}a{{else}}none{{end}}~none",
                "{{if .State.Running}}up{{else}}down{{end}}~up",
                "{{if eq .Name \"db\"}}1{{else if eq .Name \"web\"}}2{{else}}3{{end}}~2",
                "{{with .State}}{{.Running}}{{end}}~true",
                "{{with .State.Error}}bad{{else}}good{{end}}~good",
                "{{$p := .Pid}}{{$p}}~17",
                "{{len .Args}}~2",
                "{{printf \"%s-%d\" .Name .Pid}}~web-17",
                "{{printf \"%v\" .Args}}~[x y]",
                "{{upper .Name}}{{title .Name}}~WEBWeb",
                "{{join .Args \"+\"}}~x+y",
                "{{(index .Args 0)}}~x",
                "{{and .State.Running (gt .Pid 3)}}~true",
                "{{or .State.Error .Name}}~web",
                "{{not .State.Running}}~false",
                "a {{- /* gone */ -}} b~ab",
                "a {{- .Name -}} b~awebb",
                "{{$.Name}}~web",
                "{{range .Args}}{{if eq . \"y\"}}{{break}}{{end}}{{.}}{{end}}~x",
                "{{slice .Name 0 1}}~w",
                "{{.Name}}{{`{{`}}~web{{"
            })
    void printsWhatTheDockerClientPrints(String template, String expected) {
        assertThat(GoTemplate.parse(template).render(VALUE)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{",
                "{{.Name",
                "{{if .Name}}",
                "{{end}}",
                "{{else}}",
                "{{nope .Name}}",
                "{{\"a}}",
                "{{|}}",
                "{{(.Name}}",
                "{{.Name .Pid}}",
                "{{$undefined}}"
            })
    void refusesMalformedTemplates(String template) {
        assertThatThrownBy(() -> GoTemplate.parse(template).render(VALUE))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("template");
    }

    @Test
    void namesAFieldThatIsMissing() {
        assertThatThrownBy(() -> GoTemplate.parse("{{.State.Nope}}").render(VALUE))
                .hasMessageContaining("map has no entry for key \"Nope\"");
    }
}
