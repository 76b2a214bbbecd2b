//! Rules to start with: order status, product information, contact, a person, and a fallback. The shop changes them
//! as it likes; a new storefront can answer with them as they are.

use tradepost_domain::{MatchKind, Rule, RuleId, StorefrontId};

use super::PERSON;

/// The words of one language.
struct Words {
    orders: (&'static str, &'static str),
    products: (&'static str, &'static str),
    contact: (&'static str, &'static str),
    person: (&'static str, &'static str),
    fallback: &'static str,
}

/// Rules to start with, in the storefront's first language: English, German or Spanish, else English. They hold for
/// contacts of every language, and their choices have titles that no channel cuts. Each takes an id from `id`.
pub fn seed(storefront: &StorefrontId, locale: &str, mut id: impl FnMut() -> RuleId) -> Vec<Rule> {
    let words = words(locale);
    let rows = [
        (PERSON, 10, MatchKind::Word, words.person),
        ("orders", 20, MatchKind::Word, words.orders),
        ("products", 30, MatchKind::Word, words.products),
        ("contact", 40, MatchKind::Word, words.contact),
        ("fallback", 1000, MatchKind::Fallback, ("", words.fallback)),
    ];
    let rule = |(name, priority, kind, (pattern, response)): (&str, i32, MatchKind, (&str, &str))| Rule {
        id: id(),
        storefront: storefront.clone(),
        name: name.to_owned(),
        priority,
        kind,
        pattern: pattern.to_owned(),
        locale: None,
        response: response.to_owned(),
        active: true,
    };
    rows.into_iter().map(rule).collect()
}

fn words(locale: &str) -> &'static Words {
    match locale.split(['-', '_']).next().unwrap_or_default().to_lowercase().as_str() {
        "de" => &GERMAN,
        "es" => &SPANISH,
        _ => &ENGLISH,
    }
}

static ENGLISH: Words = Words {
    orders: (
        "order, orders, order status, delivery, shipping, shipped, parcel, package, track, tracking",
        r#"{% if orders %}Your orders with {{ storefront.name }}:
{%- for order in orders %}
{{ order.quantity }} × {{ order.title }}, {{ order.total }}: {% if order.state == "paid" %}paid, thank you{% elif order.state == "held" %}waiting for payment{% elif order.state == "cancelled" %}cancelled{% else %}no longer held{% endif %}
{%- endfor %}
{% else %}I find no order of yours in this chat. Did you order elsewhere? Then a person of the shop can look it up.{% endif %}

[Ask a person](person)"#,
    ),
    products: (
        "product, products, price, prices, cost, stock, available, availability, size, sizes, colour, color",
        r#"Which product do you mean? Tell us its name or number, and the size if it has one, and we look it up for you.

[Ask a person](person)"#,
    ),
    contact: (
        "contact, phone, email, e-mail, address, hours, opening hours, open, location",
        r#"{% if storefront.contact %}You reach {{ storefront.name }} here: {{ storefront.contact }}{% else %}You reach {{ storefront.name }} best in this chat.{% endif %}"#,
    ),
    person: (
        "human, person, agent, someone, staff, representative, real person",
        "A person of {{ storefront.name }} will answer you here as soon as possible.",
    ),
    fallback: r#"Sorry{% if contact.name %}, {{ contact.name }}{% endif %}, I did not understand that. What is it about?

[My order](orders)
[A product](products)
[Contact](contact)
[Ask a person](person)"#,
};

static GERMAN: Words = Words {
    orders: (
        "bestellung, bestellungen, bestellt, lieferung, versand, paket, sendung, sendungsnummer, order",
        r#"{% if orders %}Deine Bestellungen bei {{ storefront.name }}:
{%- for order in orders %}
{{ order.quantity }} × {{ order.title }}, {{ order.total }}: {% if order.state == "paid" %}bezahlt, vielen Dank{% elif order.state == "held" %}wartet auf Zahlung{% elif order.state == "cancelled" %}storniert{% else %}nicht mehr reserviert{% endif %}
{%- endfor %}
{% else %}In diesem Chat finde ich keine Bestellung von dir. Hast du anderswo bestellt? Dann kann jemand aus dem Laden nachsehen.{% endif %}

[Jemanden fragen](person)"#,
    ),
    products: (
        "produkt, produkte, preis, preise, kosten, kostet, verfügbar, lager, vorrätig, größe, größen, farbe",
        r#"Welches Produkt meinst du? Nenne uns Namen oder Nummer, und die Größe, falls es eine hat, und wir sehen nach.

[Jemanden fragen](person)"#,
    ),
    contact: (
        "kontakt, telefon, email, e-mail, adresse, öffnungszeiten, geöffnet, standort",
        r#"{% if storefront.contact %}So erreichst du {{ storefront.name }}: {{ storefront.contact }}{% else %}Du erreichst {{ storefront.name }} am besten in diesem Chat.{% endif %}"#,
    ),
    person: (
        "mensch, person, mitarbeiter, mitarbeiterin, jemand, jemandem, berater, beraterin",
        "Jemand von {{ storefront.name }} antwortet dir hier so bald wie möglich.",
    ),
    fallback: r#"Entschuldige{% if contact.name %}, {{ contact.name }}{% endif %}, das habe ich nicht verstanden. Worum geht es?

[Meine Bestellung](orders)
[Ein Produkt](products)
[Kontakt](contact)
[Jemanden fragen](person)"#,
};

static SPANISH: Words = Words {
    orders: (
        "pedido, pedidos, envío, envio, entrega, paquete, seguimiento, rastrear, compra",
        r#"{% if orders %}Tus pedidos en {{ storefront.name }}:
{%- for order in orders %}
{{ order.quantity }} × {{ order.title }}, {{ order.total }}: {% if order.state == "paid" %}pagado, gracias{% elif order.state == "held" %}pendiente de pago{% elif order.state == "cancelled" %}cancelado{% else %}ya no está reservado{% endif %}
{%- endfor %}
{% else %}No encuentro ningún pedido tuyo en este chat. ¿Lo hiciste en otro lugar? Entonces una persona de la tienda puede buscarlo.{% endif %}

[Hablar con alguien](person)"#,
    ),
    products: (
        "producto, productos, precio, precios, cuesta, disponible, talla, tallas, color, colores",
        r#"¿De qué producto se trata? Dinos su nombre o número, y la talla si la tiene, y lo miramos.

[Hablar con alguien](person)"#,
    ),
    contact: (
        "contacto, teléfono, telefono, correo, email, dirección, direccion, horario, abierto, ubicación",
        r#"{% if storefront.contact %}Puedes contactar con {{ storefront.name }} aquí: {{ storefront.contact }}{% else %}Lo mejor es contactar con {{ storefront.name }} en este chat.{% endif %}"#,
    ),
    person: (
        "humano, persona, agente, alguien, asesor, asesora",
        "Una persona de {{ storefront.name }} te responderá aquí lo antes posible.",
    ),
    fallback: r#"Perdona{% if contact.name %}, {{ contact.name }}{% endif %}, no lo he entendido. ¿De qué se trata?

[Mi pedido](orders)
[Un producto](products)
[Contacto](contact)
[Hablar con alguien](person)"#,
};
