# Completion of bh for fish:  bh completion fish > ~/.config/fish/completions/bh.fish
function __bh_complete
    set -l words (commandline --tokenize --current-process --cut-at-cursor)
    set -l current (commandline --current-token --cut-at-cursor | string unescape)
    for line in ($words[1] _complete words $words[2..-1] "$current" 2>/dev/null)
        if test "$line" = \tfiles
            __fish_complete_path "$current"
            return
        end
        test -n "$line"; and echo -- $line
    end
end
complete --command bh --no-files --arguments '(__bh_complete)'
