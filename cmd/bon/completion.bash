# bash completion for bon: asks the command itself (`bon --list-commands`, `bon COMMAND --list-options`), so that it cannot
# fall behind it.

_bon() {
    local bon=${COMP_WORDS[0]} word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local -a command=("${COMP_WORDS[@]:1:1}")
    local options
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W "$("$bon" --list-commands) help --help --version" -- "$word")
        return
    fi
    if [[ ${command[0]} == help ]]; then
        command=()
        ((COMP_CWORD > 2)) && command=("${COMP_WORDS[2]}")
        options=$("$bon" "${command[@]}" --list-"$( ((${#command[@]})) && echo options || echo commands)" 2>/dev/null)
        mapfile -t COMPREPLY < <(compgen -W "$(grep -v '^-' <<<"$options")" -- "$word")
        return
    fi
    # `bon lm` has commands of its own: those of its list that are no options.
    if ((COMP_CWORD > 2)) && "$bon" "${command[0]}" --list-options 2>/dev/null | grep -qxF -- "${COMP_WORDS[2]}" &&
        [[ ${COMP_WORDS[2]} != -* ]]; then
        command+=("${COMP_WORDS[2]}")
    fi
    options=$("$bon" "${command[@]}" --list-options 2>/dev/null)
    # "--form=nfc": bash splits words at "=".
    if [[ $word == "=" ]]; then
        word=
    elif [[ $before == "=" ]]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    local choices
    choices=$(sed -n "s/^$before=\([a-z0-9]*|.*\)/\1/p" <<<"$options")
    if [[ -n $choices ]]; then
        mapfile -t COMPREPLY < <(compgen -W "${choices//|/ }" -- "$word")
    elif [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(grep '^--' <<<"$options" | sed 's/\[*=.*/=/')" -- "$word")
        [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace
    else
        local commands
        commands=$(grep -v '^-' <<<"$options")
        if [[ -n $commands ]]; then
            mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$word")
        fi
    fi
}
complete -o default -F _bon bon
