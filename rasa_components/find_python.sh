#!/bin/sh
# Print a Python 3.10: Rasa 3.6 does not run on newer ones. RASA_PYTHON names one; otherwise
# python3.10 on the PATH or one that pyenv has.
for candidate in "$RASA_PYTHON" python3.10 \
  "$(pyenv root 2>/dev/null || echo "${PYENV_ROOT:-$HOME/.pyenv}")"/versions/3.10.*/bin/python; do
  if [ -n "$candidate" ] && "$candidate" -c \
    'import sys; sys.exit(sys.version_info[:2] != (3, 10))' 2>/dev/null; then
    echo "$candidate"
    exit 0
  fi
done
echo "Rasa 3.6 needs Python 3.10, and there is none on the PATH or in pyenv." >&2
echo "Install one (pyenv install 3.10, or your system's python3.10 with venv) and try again," >&2
echo "or name it: make rasa RASA_PYTHON=/path/to/python3.10" >&2
exit 2
