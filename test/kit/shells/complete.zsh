# usage: zsh -f complete.zsh SCRIPT LINE
# Types LINE and a Tab into an interactive zsh on a terminal of its own, which tells what it is offered.
zmodload zsh/zpty
zpty inner "$ZSH_NAME -f -i"
zpty -w inner "PS1= PS2=; unsetopt prompt_cr prompt_sp zle_bracketed_paste; stty -echo"
zpty -w inner "autoload -Uz compinit && compinit -u -D; source ${(q)1}"
zpty -w inner 'compadd() {
  if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi
  local -a found; builtin compadd -O found "$@"
  (( $#found )) && print -rl -- "offer:"$^found; builtin compadd "$@"
}'
zpty -w inner 'report() { print -r -- "the end" }; zle -N report; bindkey "^Xe" report'
zpty -w inner 'bindkey "^I" complete-word; unsetopt auto_list auto_menu; print -r re""ady'
zpty -r -m inner said '*ready*'
zpty -n -w inner "$2"$'\t\C-Xe'
zpty -r -m inner said '*the end*'
zpty -d inner
print -r -- "$said" | tr -d '\r' | sed -n 's/^.*offer://p' | sort -u
