//! Recipes that many old servers share, by name.

/// A recipe with a name.
pub struct KnownRecipe {
    /// Its name.
    pub name: &'static str,
    /// The recipe.
    pub recipe: &'static str,
    /// Who used it.
    pub of: &'static str,
}

/// Every known recipe.
pub const KNOWN: &[KnownRecipe] = &[
    KnownRecipe { name: "django-md5", recipe: "hex(md5(salt + password))", of: "Django's `md5$SALT$HASH`" },
    KnownRecipe {
        name: "django-sha1",
        recipe: "hex(sha1(salt + password))",
        of: "Django's `sha1$SALT$HASH`",
    },
    KnownRecipe {
        name: "werkzeug-sha1",
        recipe: "hex(hmac_sha1(salt, password))",
        of: "Werkzeug's `sha1$SALT$HASH`; the salt is the key",
    },
    KnownRecipe { name: "joomla", recipe: "hex(md5(password + salt))", of: "Joomla 1.5 to 2.5, `HASH:SALT`" },
    KnownRecipe {
        name: "vbulletin",
        recipe: "hex(md5(hex(md5(password)) + salt))",
        of: "vBulletin 3 and 4, Discuz",
    },
    KnownRecipe {
        name: "mybb",
        recipe: "hex(md5(hex(md5(salt)) + hex(md5(password))))",
        of: "MyBB, Invision before 4",
    },
    KnownRecipe {
        name: "smf",
        recipe: "hex(sha1(lower(username) + password))",
        of: "Simple Machines Forum 1.1 to 2.0",
    },
    KnownRecipe {
        name: "mysql",
        recipe: "'*' + upper(hex(sha1(sha1(password))))",
        of: "MySQL's `PASSWORD()` from 4.1",
    },
    KnownRecipe {
        name: "node-pbkdf2",
        recipe: "hex(pbkdf2_sha512(password, salt, 1000, 64))",
        of: "Node's `crypto.pbkdf2Sync(password, salt, 1000, 64, 'sha512')`, as tutorials have it",
    },
    KnownRecipe {
        name: "node-scrypt",
        recipe: "hex(scrypt(password, salt, 16384, 8, 1, 64))",
        of: "Node's `crypto.scryptSync(password, salt, 64)` with a salt that is used as text",
    },
];

/// The known recipe of this name.
pub(super) fn named(name: &str) -> Option<&'static KnownRecipe> {
    KNOWN.iter().find(|known| known.name == name)
}
