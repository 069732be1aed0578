/** Options that compare as git itself does, whatever a repository says of its files and submodules. */
export const plain = ["--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=none"];
