#include "cli/command.h"
#include "cli/help.h"

#include <string.h>

static void put_commands(FILE *stream)
{
    fputs("_ternbench_commands()\n{\n    cat <<'END'\n", stream);
    for (const tern_command *command = tern_commands; command->name != NULL; command++)
        fprintf(stream, "%s\n", command->name);
    fputs("END\n}\n\n", stream);
}

static void put_options(FILE *stream)
{
    fputs("_ternbench_options()\n{\n    case $1 in\n", stream);
    for (const tern_command *command = tern_commands; command->name != NULL; command++) {
        fprintf(stream, "    '%s') echo '--help --usage", command->name);
        for (const tern_option_key *key = command->heeds; *key != TERN_OPTION_KEYS; key++)
            if (tern_option_table[*key].help != NULL)
                fprintf(stream, " --%s", tern_option_table[*key].name);
        fputs("' ;;\n", stream);
    }
    fputs("    esac\n}\n\n", stream);
}

static bool takes_report(const tern_option *option)
{
    return option->set == tern_option_set_report || option->set == tern_option_add_output;
}

/* The words that may stand behind an option; a file follows those that end with a colon. */
static void put_words(FILE *stream, const tern_option *option)
{
    if (option->set == tern_option_set_choice)
        fputs(option->values, stream);
    for (const tern_report *report = tern_reports; takes_report(option) && report->name != NULL; report++)
        fprintf(stream, "%s%s%s", report == tern_reports ? "" : " ", report->name,
                option->set == tern_option_add_output ? ":" : "");
}

static void put_values(FILE *stream)
{
    fputs("_ternbench_values()\n{\n    case \"$1 $2\" in\n", stream);
    for (const tern_command *command = tern_commands; command->name != NULL; command++)
        for (const tern_option_key *key = command->heeds; *key != TERN_OPTION_KEYS; key++) {
            const tern_option *option = &tern_option_table[*key];
            if (option->set != tern_option_set_choice && !takes_report(option))
                continue;
            fprintf(stream, "    '%s --%s') echo '", command->name, option->name);
            put_words(stream, option);
            fputs("' ;;\n", stream);
        }
    fputs("    esac\n}\n\n", stream);
}

/* Readline breaks words at '=' and ':', so that --format=csv is three of them. */
static const char complete[] =
    "_ternbench()\n"
    "{\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]}\n"
    "    COMPREPLY=()\n"
    "    if [ \"$cur\" = '=' ]; then\n"
    "        cur=''\n"
    "    elif [ \"$previous\" = '=' ]; then\n"
    "        previous=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "    fi\n"
    "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
    "        mapfile -t COMPREPLY < <(compgen -W \"$(_ternbench_commands | cut -d' ' -f1 | uniq)\" -- \"$cur\")\n"
    "        return\n"
    "    fi\n"
    "    if _ternbench_commands | grep -q \"^$command \"; then\n"
    "        if [ \"$COMP_CWORD\" -eq 2 ] && [[ $cur != -* ]]; then\n"
    "            mapfile -t COMPREPLY < <(compgen -W \"$(_ternbench_commands | sed -n \"s/^$command //p\")\" -- "
    "\"$cur\")\n"
    "            return\n"
    "        fi\n"
    "        ! _ternbench_commands | grep -qxF \"$command ${COMP_WORDS[2]}\" || command+=\" ${COMP_WORDS[2]}\"\n"
    "    fi\n"
    "    if [[ $cur == -* ]]; then\n"
    "        mapfile -t COMPREPLY < <(compgen -W \"$(_ternbench_options \"$command\")\" -- \"$cur\")\n"
    "    else\n"
    "        mapfile -t COMPREPLY < <(compgen -W \"$(_ternbench_values \"$command\" \"$previous\")\" -- \"$cur\")\n"
    "    fi\n"
    "    [[ ${COMPREPLY[0]-} != *: ]] || compopt -o nospace 2>/dev/null\n"
    "}\n\n"
    "complete -o default -F _ternbench ternbench\n";

void tern_help_completion(FILE *stream)
{
    fputs("# shellcheck shell=bash\n# Completion of ternbench for bash, written by `ternbench help --format "
          "completion`.\n\n",
          stream);
    put_commands(stream);
    put_options(stream);
    put_values(stream);
    fputs(complete, stream);
}
