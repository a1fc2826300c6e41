//! What is being talked about, as `GObject`s and list models that the widgets bind to.
