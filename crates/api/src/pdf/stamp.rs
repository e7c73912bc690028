//! A round seal in red, as it is pressed on papers: a ring, a star, and the name of who seals along the upper half.

use std::f32::consts::{FRAC_PI_2, PI};

use super::{Area, Colour, Page, PdfError, Text, text::Align, text::Role};

const RED: Colour = Colour::Rgb(196, 30, 36);
/// How far apart characters of the name may be, in radians.
const WIDEST: f32 = 0.42;
/// Over how much of the circle the name may run at most.
const ARC: f32 = 3.8;

impl Page<'_> {
    /// Presses a seal of this radius around a point, both in millimetres. `below` stands under the star.
    pub fn stamp(&mut self, (x, y): (f32, f32), radius: f32, name: &str, below: &str) -> Result<(), PdfError> {
        self.ring((x, y), radius, radius * 0.055, RED);
        self.star((x, y - radius * 0.04), radius * 0.27, RED);
        let characters: Vec<char> = name.trim().chars().collect();
        let many = f32::from(u16::try_from(characters.len()).unwrap_or(u16::MAX)).max(1.0);
        let step = WIDEST.min(ARC / many);
        let size = (radius * 0.31).min(step * radius * 0.80);
        let first = -FRAC_PI_2 - step * (many - 1.0) / 2.0;
        let around = radius * 0.88 - size;
        for (at, character) in characters.into_iter().enumerate() {
            let angle = first + step * f32::from(u16::try_from(at).unwrap_or(u16::MAX));
            let foot = (x + around * angle.cos(), y + around * angle.sin());
            self.turned(foot, angle + FRAC_PI_2, size, &character.to_string(), RED)?;
        }
        let place = Area::new(x - radius * 0.72, y + radius * 0.44, radius * 1.44, radius * 0.3);
        // In points: a third of the radius.
        let size = radius * 0.2 * 72.0 / 25.4;
        self.text(place, below, &Text::new(size, 3.0).align(Align::Centre).colour(RED).role(Role::Decoration))?;
        Ok(())
    }

    /// A star of five points around a point.
    fn star(&mut self, (x, y): (f32, f32), radius: f32, colour: Colour) {
        // A pentagram's inner corners lie at this share of its radius.
        const INNER: f32 = 0.381_966;
        let corner = |at: u16| {
            let far = if at.is_multiple_of(2) { radius } else { radius * INNER };
            let angle = -FRAC_PI_2 + f32::from(at) * PI / 5.0;
            (x + far * angle.cos(), y + far * angle.sin())
        };
        self.polygon(&(0..10).map(corner).collect::<Vec<_>>(), colour);
    }
}
