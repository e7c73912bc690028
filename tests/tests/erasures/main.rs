//! Erasing a person: who asks and decides, what goes, and that nothing which names the person is left anywhere.

mod everywhere;
mod kit;
mod life;
mod neighbours;
mod packs;
